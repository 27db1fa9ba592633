#pragma once
#include <nlohmann/json.hpp>

#include <string>
#include <utility>
#include <vector>

#include "benchmarks/cells/cell_key.h"
#include "core/base/error.h"
#include "core/metrics/metric.h"

namespace adrep {

using NamedMetrics = std::vector<std::pair<std::string, Metric>>;

/// The metric of this name; undefined "not measured" when there is none.
Metric metric_named(const NamedMetrics& metrics, const std::string& name);

/// The score of one test image.
struct ImageScore {
  std::string id;
  std::string defect;
  bool anomalous = false;
  double score = 0;
};

/// One evaluated (backbone, features, detector, data set, class, seeds): all that determined it and what came out.
/// Holds no time, place or machine, so that the same run gives the same bytes: these are in costs/ (cell_costs.h).
struct Cell {
  CellKey key;           ///< everything that determines the result; its hash names the cell
  NamedMetrics metrics;  ///< "image_auroc" … in the order of the protocol
  int64_t train_images = 0, test_images = 0, anomalous_images = 0, images_without_mask = 0;
  int64_t outside_crop = 0, lost_in_resize = 0;  ///< anomalous images whose marked pixels no map shows
  std::vector<std::string> skipped;              ///< ids of unreadable images that were left out
  std::vector<std::string> references;           ///< ids of the reference images
  std::vector<std::string> reference_hashes;     ///< SHA-256 of their files
  std::vector<ImageScore> scores;
  nlohmann::json split;     ///< what a split other than the official one gave; null for the official one
  nlohmann::json training;  ///< how a trained detector was trained: epochs, the one kept, its loss; null for others
  /// What a reader should know besides: "data_notes" on the class's files, "detector_notes", the "post_step" over the
  /// whole test set, how the "projector" is built.
  nlohmann::json details = nlohmann::json::object();

  std::string hash() const { return key.hash(); }
  std::string key_text(const std::string& name) const { return key.text(name); }
  Metric metric(const std::string& name) const { return metric_named(metrics, name); }
};

/// A metric in a file: its value, or {"undefined": reason}.
nlohmann::json metric_json(const Metric& metric);

/// The same of several with their names, in their order, and back. Throws nlohmann::json::exception for what is none.
nlohmann::json metrics_json(const NamedMetrics& metrics);
NamedMetrics metrics_from(const nlohmann::json& all);

/// The cell's file content: canonical JSON with a seal (core/io/sealed_json.h), one field a line, ending in a newline.
/// Throws Error when a metric or score is NaN or infinite.
std::string to_json_text(const Cell& cell);

/// A cell that a later version of adrep wrote: it must not be taken for damaged and made anew.
class LaterCell : public InputError {
 public:
  using InputError::InputError;
};

/// Throws LaterCell, or InputError naming `file` when the text is not a cell of a version this program reads, or was
/// changed since it was written.
Cell cell_from_json(const std::string& text, const std::string& file);

}  // namespace adrep
