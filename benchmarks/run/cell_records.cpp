#include "benchmarks/run/cell_records.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "core/base/log.h"

namespace adrep {

double megabytes_of(const TensorMap& tensors) {
  double bytes = 0;
  for (const auto& [name, tensor] : tensors) bytes += static_cast<double>(tensor.nbytes());
  return bytes / 1e6;
}

bool has_own_split(const CellKey& key) {
  return std::any_of(key.fit.items().begin(), key.fit.items().end(),
                     [](const auto& part) { return part.key().starts_with("split."); });
}

nlohmann::json split_record(const std::vector<Sample>& train, const std::vector<std::string>& notes) {
  std::vector<std::string> anomalous;
  for (const Sample& sample : train)
    if (sample.anomalous) anomalous.push_back(sample.id);
  return {{"anomalous_training_images", anomalous}, {"notes", notes}};
}

void warn_of_other_scores(const Cell& cell, const std::string& title, const ScoreRecord& again) {
  std::map<std::string, double> stored;
  for (const ImageScore& score : cell.scores) stored[score.id] = score.score;
  double largest = 0;
  for (size_t i = 0; i < again.images.size(); ++i) {
    const double now = again.stored_scores()[static_cast<int64_t>(i)].item<float>();
    if (const auto place = stored.find(again.images[i]); place != stored.end())
      largest = std::max(largest, std::abs(place->second - now));
  }
  if (largest > 0)
    log_warning(fmt::format(
        "{}: scores computed again differ from the stored cell's by up to {:.3g}: another machine, thread count or "
        "version; the cell stays as it is",
        title, largest));
}

}  // namespace adrep
