#include "benchmarks/fitting/fit_report.h"

#include <algorithm>

#include "core/base/plural.h"
#include "core/metrics/roc.h"

namespace adrep {
namespace {

constexpr size_t wrong_images_shown = 5, unusual_images_shown = 3;

std::vector<const ScoredImage*> wrong(const std::vector<ScoredImage>& labelled, bool anomalous) {
  std::vector<const ScoredImage*> found;
  for (const ScoredImage& image : labelled)
    if (image.sample.anomalous == anomalous && image.prediction.is_defect.value_or(!anomalous) != anomalous)
      found.push_back(&image);
  std::stable_sort(found.begin(), found.end(), [&](const ScoredImage* a, const ScoredImage* b) {
    return anomalous ? a->prediction.score < b->prediction.score : a->prediction.score > b->prediction.score;
  });
  return found;
}

std::string lines_of(const std::vector<const ScoredImage*>& images, size_t most, bool with_p_value) {
  std::string text;
  for (size_t i = 0; i < std::min(images.size(), most); ++i)
    text += fmt::format("  {}: score {:.6g}{}\n", images[i]->sample.id, images[i]->prediction.score,
                        with_p_value ? fmt::format(", p {:.2g}", images[i]->prediction.p_value.value_or(1)) : "");
  if (images.size() > most) text += fmt::format("  and {} more\n", images.size() - most);
  return text;
}

std::string labelled_text(const std::vector<ScoredImage>& labelled) {
  std::vector<float> scores;
  std::vector<uint8_t> labels;
  for (const ScoredImage& image : labelled) {
    scores.push_back(static_cast<float>(image.prediction.score));
    labels.push_back(image.sample.anomalous);
  }
  const auto defects = std::count(labels.begin(), labels.end(), uint8_t{1});
  const Metric area = auroc({scores, labels});
  std::string text = fmt::format("labelled: {}", counted(std::ssize(labels), "image"));
  if (area.defined()) text += fmt::format(", image AUROC {:.1f}", 100 * area.value);
  const auto missed = misses(labelled), alarms = false_alarms(labelled);
  if (defects > 0)
    text +=
        fmt::format("\n{} of {} missed{}\n{}", missed.size(), counted(defects, "defect"),
                    missed.empty() ? "" : ", the least anomalous first:", lines_of(missed, wrong_images_shown, true));
  if (const auto good = std::ssize(labels) - defects; good > 0)
    text += fmt::format(
        "{}{} of {} called defective{}\n{}", defects > 0 ? "" : "\n", alarms.size(), counted(good, "good image"),
        alarms.empty() ? "" : ", the most anomalous first:", lines_of(alarms, wrong_images_shown, true));
  return text;
}

}  // namespace

std::vector<const ScoredImage*> misses(const std::vector<ScoredImage>& labelled) {
  return wrong(labelled, true);
}

std::vector<const ScoredImage*> false_alarms(const std::vector<ScoredImage>& labelled) {
  return wrong(labelled, false);
}

std::vector<const ScoredImage*> most_unusual(const std::vector<ScoredImage>& good) {
  std::vector<const ScoredImage*> images;
  for (const ScoredImage& image : good) images.push_back(&image);
  std::stable_sort(images.begin(), images.end(), [](const ScoredImage* a, const ScoredImage* b) {
    return a->prediction.score > b->prediction.score;
  });
  return images;
}

std::string fit_text(const FittedModel& model, const std::filesystem::path& file) {
  const Artefact& artefact = model.artefact;
  const Calibration& calibration = *artefact.calibration;
  std::string text = fmt::format("{}: {} on {} features of {}, {:.1f} MB\n", file.string(), artefact.detector,
                                 artefact.representation.kind, artefact.backbone.name,
                                 static_cast<double>(std::filesystem::file_size(file)) * 1e-6);
  text += fmt::format("weights: {}\n", artefact.licence);
  text += fmt::format("learnt from {}; thresholds from {}\n", counted(model.learnt_from, "good image"),
                      calibration.form == "split"
                          ? counted(calibration.images.size(), "other good image")
                          : fmt::format("the same, scored by models of {} parts without them", calibration.folds));
  text += fmt::format("threshold {:.6g}: {}\n", calibration.threshold, guarantee_of(calibration));
  text += fmt::format("regions: pixels above {:.6g}, reported when larger than {:.0f} pixels of the map\n",
                      calibration.pixel_threshold, calibration.region_area);
  text += fmt::format("the most unusual good images, which set the thresholds; are they good?\n{}",
                      lines_of(most_unusual(model.good), unusual_images_shown, false));
  if (!model.labelled.empty()) text += labelled_text(model.labelled);
  return text;
}

}  // namespace adrep
