#include "benchmarks/run/model_selection.h"

#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/base/stage_times.h"
#include "core/metrics/roc.h"
#include "datasets/splits/class_splits.h"
#include "datasets/splits/groups.h"
#include "detectors/glass/drawn_anomalies.h"

namespace adrep {
namespace {

double mean_of_defined(const std::vector<Metric>& metrics) {
  double sum = 0;
  int count = 0;
  for (const Metric& metric : metrics)
    if (metric.defined()) sum += metric.value, ++count;
  return count > 0 ? sum / count : 0;
}

/// Metrics where less is better or the value says nothing of quality are never the best epoch's.
bool larger_is_better(const std::string& name) {
  return name.find("threshold") == std::string::npos;
}

/// What is held out together, or not at all: groups, or single images, of which none is kept.
std::vector<std::vector<size_t>> free_parts(const std::vector<Sample>& images, const std::set<std::string>& kept,
                                            bool whole_groups) {
  std::vector<std::vector<size_t>> parts;
  if (whole_groups)
    parts = grouped(images);
  else
    for (size_t i = 0; i < images.size(); ++i) parts.push_back({i});
  std::erase_if(parts, [&](const std::vector<size_t>& part) {
    return std::any_of(part.begin(), part.end(), [&](size_t i) { return kept.contains(images[i].id); });
  });
  return parts;
}

}  // namespace

HeldOut hold_out(const std::vector<Sample>& images, const std::set<std::string>& kept, double fraction, uint64_t seed,
                 const std::string& class_name, bool whole_groups) {
  const std::vector<std::vector<size_t>> parts = free_parts(images, kept, whole_groups);
  int64_t free = 0;
  for (const auto& part : parts) free += std::ssize(part);
  const int64_t total = std::ssize(images), wanted = std::max<int64_t>(1, rounded_part(fraction, total));
  if (wanted > free || wanted >= total)
    throw_failure(
        "class {}: selection=validation would hold out {} of {} training images, {} of them {}: lower "
        "selection.fraction or references.shots",
        class_name, wanted, total, total - free, whole_groups ? "in groups of references" : "references");
  Random random(derive_seed(derive_seed(seed, "validation"), class_name));
  std::set<size_t> chosen;
  for (const int64_t place : random.sample(std::ssize(parts), std::ssize(parts))) {
    const std::vector<size_t>& part = parts[static_cast<size_t>(place)];
    if (std::ssize(chosen) >= wanted) break;
    if (std::ssize(chosen) + std::ssize(part) < total) chosen.insert(part.begin(), part.end());
  }
  if (chosen.empty())
    throw_failure(
        "class {}: selection=validation holds out whole groups (split.group), and all {} training images are "
        "one: choose another selection",
        class_name, total);
  HeldOut split;
  for (size_t i = 0; i < images.size(); ++i)
    (chosen.contains(i) ? split.validation : split.training).push_back(static_cast<int64_t>(i));
  return split;
}

DrawnValidation::DrawnValidation(const Levels& normal, const TrainingImages& images,
                                 const std::vector<int64_t>& indices, uint64_t seed, int64_t batch) {
  const auto count = static_cast<int64_t>(indices.size());
  Random random(derive_seed(seed, "validation anomalies"));
  const TextureBank textures{""};
  std::vector<at::Tensor> masks{at::zeros({count, normal.image_size, normal.image_size}, at::kByte)};
  std::vector<Levels> drawn;
  const at::Tensor& first_level = normal.maps.front();
  for (int64_t first = 0; first < count; first += batch) {
    const int64_t part = std::min(batch, count - first);
    parts_.push_back(normal.narrow(first, part));
    const std::vector<int64_t> chosen(indices.begin() + first, indices.begin() + first + part);
    DrawnAnomalies anomalies =
        draw_anomalies(images, textures, chosen, first_level.size(2), first_level.size(3), random);
    masks.push_back(anomalies.pixels.to(at::kByte));
    drawn.push_back(anomalies.levels.to(first_level.device()));
  }
  for (Levels& levels : drawn) parts_.push_back(std::move(levels));
  masks_ = at::cat(masks);
  labels_.assign(static_cast<size_t>(2 * count), 0);
  std::fill(labels_.begin() + count, labels_.end(), 1);
}

double DrawnValidation::quality(const Detector& detector) const {
  std::vector<at::Tensor> maps, scores;
  for (const Levels& part : parts_) {
    const StageTime scoring("score");
    const Scores scored = detector.score(part);
    maps.push_back(scored.maps.cpu());
    scores.push_back(scored.image_scores.cpu());
  }
  const at::Tensor all = at::cat(maps).contiguous(), image_scores = at::cat(scores).contiguous();
  const Metric image = auroc({floats(image_scores), labels_});
  const Metric pixel = pixel_auroc({floats(all),
                                    {masks_.const_data_ptr<uint8_t>(), static_cast<size_t>(masks_.numel())},
                                    all.size(0),
                                    all.size(1),
                                    all.size(2)});
  return mean_of_defined({image, pixel});
}

double quality_of(const std::vector<std::pair<std::string, Metric>>& metrics) {
  std::vector<Metric> deciding;
  for (const auto& [name, metric] : metrics)
    if (name == "image_auroc" || name == "pixel_auroc") deciding.push_back(metric);
  return mean_of_defined(deciding);
}

std::vector<std::pair<std::string, Metric>> best_over_epochs(const std::vector<std::pair<std::string, Metric>>& last,
                                                             const nlohmann::json& epochs) {
  std::vector<std::pair<std::string, Metric>> best = last;
  for (auto& [name, metric] : best) {
    if (!larger_is_better(name)) continue;
    for (const nlohmann::json& epoch : epochs) {
      const auto metrics = epoch.find("metrics");
      if (metrics == epoch.end() || !metrics->contains(name)) continue;
      const double value = (*metrics)[name].get<double>();
      if (!metric.defined() || value > metric.value) metric = Metric::measured(value);
    }
  }
  return best;
}

}  // namespace adrep
