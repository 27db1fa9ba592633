#include "benchmarks/run/image_scoring.h"

#include <optional>

#include "benchmarks/plan/pass_size.h"
#include "core/base/interrupt.h"
#include "core/base/progress.h"
#include "core/base/stage_times.h"
#include "detectors/scoring/score_parts.h"

namespace adrep {

Scores score_in_batches(const Detector& detector, const Levels& levels, int64_t batch, const std::string& title) {
  const int64_t count = levels.batch();
  std::optional<Progress> progress;
  if (!title.empty()) progress.emplace(title + ": scoring", count, "images");
  ScoreParts parts;
  for (int64_t first = 0; first < count; first += batch) {
    stop_if_interrupted();
    const StageTime scoring("score");
    parts.add(detector.score(levels.narrow(first, std::min(batch, count - first))));
    if (progress) progress->update(std::min(count, first + batch));
  }
  return parts.joined();
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

ScoredTest score_test_images(const Detector& detector, const Levels& test, const PlannedCell& planned,
                             const std::string& title) {
  const Scores plain = score_in_batches(detector, test, images_a_pass(planned.config->settings), title);
  PostStep step = find_post_step(post_step_of(detector, planned), plain);
  const Scores scores = apply_post_step(step, plain);
  // the copy waits for a device, so that times are true
  return {{scores.maps.contiguous(), scores.image_scores.cpu().contiguous(), {}, scores.content}, std::move(step)};
}

}  // namespace adrep
