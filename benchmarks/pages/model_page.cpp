#include "benchmarks/pages/model_page.h"

#include <algorithm>

#include "benchmarks/fitting/fit_report.h"
#include "benchmarks/prediction/overlay.h"
#include "core/base/plural.h"
#include "core/drawing/page.h"
#include "core/drawing/page_table.h"
#include "core/image/decode.h"
#include "core/image/encode.h"
#include "core/metrics/roc.h"

namespace adrep {
namespace {

constexpr size_t pictures_shown = 12;
constexpr int picture_side = 360;

Image smaller(const Image& image, int longest) {
  const int longer = std::max(image.width, image.height);
  if (longer <= longest) return image;
  const auto scaled = [&](int side) { return std::max(1, side * longest / longer); };
  return resize_bicubic(image, scaled(image.width), scaled(image.height));
}

Markup picture_of(const ScoredImage& image, const Artefact& artefact) {
  ImageFile file = image.sample.image_file();
  file.reading = artefact.reading;
  const Image picture =
      smaller(overlay_of(decode_rgb(file), image.prediction, artefact.geometry, &*artefact.calibration), picture_side);
  const std::string caption = fmt::format("{}: {:.6g}, p {:.2g}", image.sample.id, image.prediction.score,
                                          image.prediction.p_value.value_or(1));
  return html::figure(html::image(image.sample.id, html::data_address("image/jpeg", encode_jpeg(picture))), caption);
}

Markup pictures_of(const std::vector<const ScoredImage*>& images, const Artefact& artefact, size_t most) {
  Markup all;
  for (size_t i = 0; i < std::min(images.size(), most); ++i) all += picture_of(*images[i], artefact);
  Markup shown = html::group("plots", all);
  if (images.size() > most) shown += html::paragraph(fmt::format("and {} more", images.size() - most));
  return shown;
}

Markup facts_of(const FittedModel& model, const std::filesystem::path& file) {
  const Artefact& artefact = model.artefact;
  const Calibration& calibration = *artefact.calibration;
  html::PageTable table({{"", false}, {"", false}});
  const auto fact = [&](const std::string& name, const std::string& value) { table.row({name, value}); };
  fact("file", file.filename().string());
  fact("detector", fmt::format("{} on {} features", artefact.detector, artefact.representation.kind));
  fact("backbone", artefact.backbone.name);
  fact("weights", artefact.licence);
  fact("photographs", fmt::format("become {} squares", artefact.geometry.text()));
  fact("learnt from", counted(model.learnt_from, "good image"));
  fact("thresholds from",
       fmt::format("{}, {}", counted(calibration.images.size(), "good image"),
                   calibration.form == "split"
                       ? "held out"
                       : fmt::format("scored by models of {} parts without them", calibration.folds)));
  fact("threshold", fmt::format("{:.6g}: {}", calibration.threshold, guarantee_of(calibration)));
  return table.markup() + html::list(calibration.notes);
}

Markup proof_of(const Verification& verification) {
  html::PageTable table(
      {{"compared with"}, {"images", true}, {"largest difference of scores", true}, {"of maps", true}});
  for (const ScoreDifference& found : verification.differences)
    table.row({found.what, std::to_string(found.images), fmt::format("{:.3g}", found.score),
               fmt::format("{:.3g}", found.map)});
  return table.markup() +
         html::paragraph(fmt::format("{}: bound {:g} ({})", verification.holds() ? "Equal" : "Different",
                                     verification.bound, verification.bound_reason));
}

Markup mistakes_of(const FittedModel& model) {
  const auto missed = misses(model.labelled), alarms = false_alarms(model.labelled);
  const auto defects = std::count_if(model.labelled.begin(), model.labelled.end(),
                                     [](const ScoredImage& image) { return image.sample.anomalous; });
  const auto good = std::ssize(model.labelled) - defects;
  Markup text;
  if (defects > 0)
    text += html::section(fmt::format("{} of {} missed", missed.size(), counted(defects, "defect")),
                          pictures_of(missed, model.artefact, pictures_shown));
  if (good > 0)
    text += html::section(fmt::format("{} of {} called defective", alarms.size(), counted(good, "good image")),
                          pictures_of(alarms, model.artefact, pictures_shown));
  return text;
}

}  // namespace

std::string model_page(const FittedModel& model, const std::filesystem::path& file, const Verification& verification) {
  constexpr size_t unusual_pictures = 4;
  const std::string name = file.filename().string();
  return html::page(
      name, html::heading(name) + facts_of(model, file) +
                html::section("The file gives the scores that were found before it was saved", proof_of(verification)) +
                mistakes_of(model) +
                html::section("The most unusual good images, which set the threshold: are they good?",
                              pictures_of(most_unusual(model.good), model.artefact, unusual_pictures)));
}

}  // namespace adrep
