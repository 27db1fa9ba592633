#include "benchmarks/run/image_scoring.h"

#include <optional>

#include "benchmarks/plan/pass_size.h"
#include "core/base/interrupt.h"
#include "core/base/progress.h"
#include "detectors/scoring/post_steps.h"

namespace adrep {

Scores score_in_batches(const Detector& detector, const Levels& levels, int64_t batch, const std::string& title) {
  const int64_t count = levels.batch();
  std::optional<Progress> progress;
  if (!title.empty()) progress.emplace(title + ": scoring", count, "images");
  std::vector<at::Tensor> maps, scores;
  std::vector<std::vector<at::Tensor>> grids;
  for (int64_t first = 0; first < count; first += batch) {
    stop_if_interrupted();
    const Scores scored = detector.score(levels.narrow(first, std::min(batch, count - first)));
    maps.push_back(scored.maps);
    scores.push_back(scored.image_scores);
    grids.resize(scored.grids.size());
    for (size_t l = 0; l < grids.size(); ++l) grids[l].push_back(scored.grids[l]);
    if (progress) progress->update(std::min(count, first + batch));
  }
  Scores all{at::cat(maps), at::cat(scores), {}};
  for (const std::vector<at::Tensor>& grid : grids) all.grids.push_back(at::cat(grid));
  return all;
}

std::unique_ptr<Detector> with_parameters_of(const PlannedCell& cell, const Detector& fitted,
                                             const PlannedCell& fitted_for) {
  const DetectorEntry& entry = DetectorRegistry::instance().get(cell.detector, "detector");
  if (entry.resolve(cell.params()) == entry.resolve(fitted_for.params())) return nullptr;
  std::unique_ptr<Detector> other = entry.make(cell.params());
  other->load(fitted.state());
  return other;
}

std::string post_step_of(const Detector& detector, const PlannedCell& planned) {
  const std::string asked = detector.post_step();
  if (!asked.empty() || planned.config->settings.post != "published") return asked;
  return DetectorRegistry::instance().get(planned.detector, "detector").published_post_step;
}

Scores score_test_images(const Detector& detector, const Levels& test, const PlannedCell& planned,
                         const std::string& title) {
  Scores scores = score_in_batches(detector, test, images_a_pass(planned.config->settings), title);
  scores = apply_post_step(post_step_of(detector, planned), scores);
  // the copy waits for a device, so that times are true
  return {scores.maps.contiguous(), scores.image_scores.cpu().contiguous(), {}};
}

}  // namespace adrep
