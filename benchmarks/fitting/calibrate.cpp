#include "benchmarks/fitting/calibrate.h"

#include <algorithm>

#include "core/base/plural.h"
#include "core/calibration/labelled_threshold.h"

namespace adrep {
namespace {

/// The part of a map that is not padding.
at::Tensor inside(const Prediction& prediction) {
  const Content& part = prediction.content;
  return prediction.map.narrow(0, part.top, part.height).narrow(1, part.left, part.width).contiguous();
}

/// What so few images cannot support; "" where they can.
std::string too_few_note(const GoodScores& scores, double rate, const std::string& key) {
  if (rate >= scores.least_rate()) return "";
  return fmt::format("{}={}: {} {} {}, not {:g} %: {} would be needed", key, rate, counted(scores.size(), "good image"),
                     scores.size() == 1 ? "supports" : "support", percent_at_most(scores.least_rate()), 100 * rate,
                     images_for_rate(rate));
}

}  // namespace

double pixel_threshold(const std::vector<ScoredImage>& images, double share) {
  std::vector<double> of_images;
  for (const ScoredImage& image : images) {
    const at::Tensor values = inside(image.prediction).flatten();
    const auto above = std::min(values.numel() - 1, static_cast<int64_t>(share * static_cast<double>(values.numel())));
    of_images.push_back(std::get<0>(values.kthvalue(values.numel() - above)).item<float>());
  }
  // the middle one: a single strange image does not move it
  const auto middle = of_images.begin() + std::ssize(of_images) / 2;
  std::nth_element(of_images.begin(), middle, of_images.end());
  return *middle;
}

Calibration calibration_from(const std::vector<ScoredImage>& good, int64_t folds, const FitSettings& settings) {
  Calibration made;
  made.form = folds > 0 ? "cv" : "split";
  made.folds = folds;
  std::vector<double> scores, areas;
  for (const ScoredImage& image : good) scores.push_back(image.prediction.score);
  made.images = GoodScores(std::move(scores));
  made.false_alarm = settings.false_alarm;
  made.threshold = made.images.threshold(settings.false_alarm);
  made.pixel_share = settings.pixels;
  made.pixel_threshold = pixel_threshold(good, settings.pixels);
  for (const ScoredImage& image : good)
    areas.push_back(largest_region(image.prediction.map, image.prediction.content, made.pixel_threshold));
  made.regions = GoodScores(std::move(areas));
  made.false_alarm_region = settings.false_alarm_region;
  made.region_area = made.regions.threshold(settings.false_alarm_region);
  for (std::string note : {too_few_note(made.images, settings.false_alarm, "false_alarm"),
                           too_few_note(made.regions, settings.false_alarm_region, "false_alarm_region")})
    if (!note.empty()) made.notes.push_back(std::move(note));
  return made;
}

void choose_on_labels(Calibration& calibration, const std::vector<ScoredImage>& labelled, const FitSettings& settings) {
  if (settings.rule == "good") return;
  std::vector<double> scores;
  std::vector<uint8_t> labels;
  for (const ScoredImage& image : labelled) {
    scores.push_back(image.prediction.score);
    labels.push_back(image.sample.anomalous);
  }
  const LabelledThreshold chosen =
      settings.rule == "f1" ? best_f1_threshold(scores, labels) : recall_threshold(scores, labels, settings.recall);
  calibration.rule = settings.rule;
  calibration.threshold = chosen.threshold;
  calibration.notes.push_back(
      fmt::format("threshold.rule={}: chosen on {} labelled images, where it finds {:.3g} % of the defects with {:.3g} "
                  "% false alarms: "
                  "numbers of these images are too good",
                  settings.rule, labelled.size(), 100 * chosen.recall, 100 * chosen.false_alarm_rate));
}

}  // namespace adrep
