#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/drawing/markup.h"

namespace adrep {

/// A value for every point, none where there is none.
using EpochCurve = std::vector<std::optional<double>>;

/// What one level's log says.
struct LevelCurves {
  EpochCurve angle, norm;                        ///< norm: of both views
  std::vector<EpochCurve> normal_radii = {};     ///< of normal features: 10 %, 50 %, 90 % lie below
  std::vector<EpochCurve> anomalous_radii = {};  ///< of anomalous ones
};

/// A log in at most `points` points, each the mean over as many passes as the others.
struct PretrainCurves {
  int64_t passes = 0, skipped = 0;
  int64_t passes_a_point = 1;
  EpochCurve total;
  std::vector<LevelCurves> levels;
  std::map<std::string, double> seconds;  ///< of all passes, by stage
};

/// Reads OUTPUT/log.jsonl; lines that are no entries are left out. Throws InputError when it cannot be read.
PretrainCurves read_pretrain_curves(const std::filesystem::path& log, int64_t points);

/// One line or band of a plot; `kind` is its CSS class.
struct PlottedCurve {
  std::string kind, name;
  EpochCurve curve;
  EpochCurve low = {}, high = {};  ///< a band where given
};

/// Curves over passes as SVG, for losses with a logarithmic axis where positive values differ twentyfold; empty when
/// there is nothing to draw.
Markup curve_plot(const std::string& title, const std::vector<PlottedCurve>& curves, int64_t passes,
                  bool of_losses = true);

}  // namespace adrep
