#pragma once
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "benchmarks/cells/result.h"

namespace adrep {

/// One result as its team has reviewed it.
struct BaselineCell {
  std::string name;  ///< "parts/fabric/dinov2_base/padim/raw", a variant after it where there is one
  std::map<std::string, int64_t> seeds;  ///< "seed", "references.seed", those that decide anything of it
  NamedMetrics metrics;                  ///< not rounded; in the cell's order
  std::string scores;                    ///< SHA-256 of the image scores
  CellKey key;
  /// Its projectors were pretrained by the run that computed it: their bytes are a result, not a setting.
  bool pretrained = false;
  nlohmann::json environment = nlohmann::json::object();
};

/// The metrics of a table as a team has reviewed them: a JSON file, docs/ci.md. Each cell has a seal of its own and a
/// line a metric, so that two branches' files merge and a diff shows what changed.
struct Baseline {
  std::map<std::string, double> tolerances;  ///< glob over CELL:METRIC -> points
  /// The same for one seed in another environment alone, before the others.
  std::map<std::string, double> tolerances_elsewhere;
  std::vector<BaselineCell> cells;  ///< by name, then seeds
};

/// Throws InputError with the file and cell for what is no baseline, was changed since it was sealed, or stands there
/// twice.
Baseline read_baseline(const std::filesystem::path& file);
Baseline parse_baseline(const std::string& text, const std::string& file);

/// The file's text, ending in a newline.
std::string baseline_text(const Baseline& baseline);

/// What a baseline keeps of a finished result.
BaselineCell baseline_cell(const StoredResult& result);

/// What a result is called in baselines. Of one without a cell by what was planned.
std::string baseline_name(const StoredResult& result);

/// "seed=1", or "" where nothing is drawn.
std::string seed_words(const std::map<std::string, int64_t>& seeds);

/// The name, with the seeds where there are any.
std::string seeded_name(const BaselineCell& cell);

/// Whether both have the same metrics, to the last bit.
bool same_metrics(const BaselineCell& before, const BaselineCell& now);

/// SHA-256 of the cell's image scores, with ids and to the last bit.
std::string scores_hash(const Cell& cell);

}  // namespace adrep
