#include "benchmarks/fitting/part_fit.h"

#include "benchmarks/plan/pass_size.h"
#include "benchmarks/plan/projectors.h"
#include "benchmarks/run/image_scoring.h"
#include "benchmarks/run/saved_model.h"
#include "benchmarks/run/training_files.h"
#include "benchmarks/run/training_images.h"
#include "core/base/device.h"

namespace adrep {
namespace {

void refuse_post_step(const FittedCell& fitted) {
  const std::string step = post_step_of(*fitted.detector, fitted.planned);
  if (!step.empty())
    throw_input("{}: its step '{}' looks at a whole test set, which a line does not have: see adrep run --help",
                fitted.planned.detector, step);
}

}  // namespace

PartFit::PartFit(const FitData& data, std::filesystem::path training)
    : data_(data), training_(std::move(training)), cache_(Plan{{data.group}}, training_) {}

PartFit::Fitted PartFit::fit(const ClassSplit& split) {
  const PlannedCell& cell = data_.cell();
  const RunSettings& settings = data_.settings();
  const auto backbone = [&]() -> const Backbone& { return backbone_.get(*cell.config); };
  const CellKey key = cell_key(cell, data_.group.dataset->layout(), fingerprints(split));
  ClassFeatures features(data_.group, split, backbone, cache_.stores(), ClassFeatures::Parts::train);
  const ClassFeatures::Pair& levels = features.in(cell.features);
  const ClassImages images(features.train(), data_.group.geometry, backbone, open_device(settings.device),
                           [&](const Levels& raw) { return features.represent(cell.features, raw); });
  const GroundTruth none;
  const FittedCell fitted = fit_cell(cell, key.fit_hash(), training_, {features, levels, images, none}, {});
  refuse_post_step(fitted);
  TrainingFiles(training_, key.fit_hash(), 0).finish();
  Artefact artefact = artefact_of(features, fitted, key, split);
  // the backbone lives as long as this: nothing is freed with the pipeline
  const std::shared_ptr<const Backbone> shared(std::shared_ptr<const void>(), &backbone());
  Pipeline pipeline(artefact, shared, {.device = settings.device});
  return {std::move(artefact), std::move(pipeline)};
}

Artefact PartFit::artefact_of(const ClassFeatures& features, const FittedCell& fitted, const CellKey& key,
                              const ClassSplit& split) const {
  const PlannedCell& cell = data_.cell();
  const RunSettings& settings = data_.settings();
  Artefact made;
  made.detector = cell.detector;
  made.parameters = cell.params();
  made.features = key.to_json();
  made.geometry = data_.group.geometry;
  made.reading = split.reading();
  made.backbone = artefact_backbone(settings);
  if (cell.features != "raw") {
    made.representation = {cell.features, features.references()->shared(), match_of(settings.match)};
    if (cell.features == "pretrained") made.representation.projector = projector_of(settings);
  }
  made.fitted = fitted.detector;
  made.batch = settings.batch > 0 ? images_a_pass(settings) : 1;
  made.record = fitted.record();
  return made;
}

}  // namespace adrep
