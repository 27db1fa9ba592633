// What GroupRun makes of its work: cells, kept models, lists of references.
#include "benchmarks/plan/class_geometry.h"
#include "benchmarks/plan/pass_size.h"
#include "benchmarks/plan/projectors.h"
#include "benchmarks/run/group_run.h"
#include "benchmarks/run/model_selection.h"
#include "core/image/decode.h"

namespace adrep {

Cell GroupRun::make_cell(const CellWork& work, const ScoreRecord& record, const TestSet& test) const {
  const PlannedCell& planned = *work.planned;
  const std::string& protocol = planned.config->settings.protocol;
  Cell cell;
  cell.key = work.key;
  cell.metrics = evaluate(record.maps, record.image_scores, test.truth, test.samples, protocol);
  if (planned.selection() == "oracle")
    cell.metrics = best_over_epochs(cell.metrics, oracle_lines(record.epochs, oracle_way(work.key), protocol));
  cell.training = record.training;
  cell.details = record.details;
  std::vector<std::string> notes = split_.data_notes;
  if (std::string fitted = fit_note(planned.config->settings, planned.geometry); !fitted.empty())
    notes.push_back(std::move(fitted));
  notes.insert(notes.end(), test.truth.notes.begin(), test.truth.notes.end());
  if (!notes.empty()) cell.details["data_notes"] = std::move(notes);
  cell.train_images = record.train_images;
  cell.test_images = std::ssize(test.samples);
  cell.images_without_mask = test.truth.without_mask;
  cell.outside_crop = test.truth.outside_crop;
  cell.lost_in_resize = test.truth.lost_in_resize;
  cell.skipped = record.skipped;
  cell.references = record.references;
  cell.reference_hashes = record.reference_hashes;
  cell.split = record.split;
  const at::Tensor& scores = record.stored_scores();
  for (size_t i = 0; i < test.samples.size(); ++i) {
    const Sample& sample = test.samples[i];
    cell.anomalous_images += sample.anomalous;
    cell.scores.push_back({sample.id, sample.defect, sample.anomalous, scores[static_cast<int64_t>(i)].item<float>()});
  }
  return cell;
}

ArtefactRepresentation GroupRun::artefact_representation(const std::string& kind) {
  if (kind == "raw") return {};
  const ReferenceBanks& references = *features().references();
  if (!references.choice().test.empty())
    throw_input("models=keep: every test image has references of its own, a new image would have none: use others");
  ArtefactRepresentation made{kind, references.shared(), match_of(settings_.match)};
  if (kind == "pretrained") made.projector = projector_of(settings_);
  return made;
}

/// The self-test is on a test image: its features are those of any new image, and those of a training image with
/// references.exclude_self are not. The most anomalous one: residuals of one that is a reference would be nothing but
/// rounding.
void GroupRun::save_model(const CellWork& work, const FittedCell& fitted, std::shared_ptr<const Detector> detector,
                          const ScoredCells& scored) {
  const std::string& kind = work.planned->features;
  const ClassFeatures::Pair& data = levels(kind);
  Artefact made;
  made.backbone = artefact_backbone(settings_);
  made.representation = artefact_representation(kind);
  made.fitted = std::move(detector);
  made.post = scored.post;
  made.batch = images_a_pass(settings_);
  made.reading = split_.reading();
  const auto place = scored.record.image_scores.argmax().item<int64_t>();
  const ImageFile file = features().test()[static_cast<size_t>(place)].image_file();
  const Image probe = preprocess_image(decode_rgb(file), group_.geometry);
  made.probe = {at::tensor(probe.pixels, at::kByte).view({probe.height, probe.width, 3}), data.test.narrow(place, 1)};
  made.record = fitted.record();
  work.model.save(std::move(made));
}

void GroupRun::save_references(const CellWork& work) {
  static_cast<void>(levels(work.planned->features));
  nlohmann::json known = {{"layout", group_.dataset->layout()}, {"data_fingerprint", prints_.data}};
  for (const auto& [name, value] : work.key.fit.items())
    if (name.starts_with("references.") || name == "class" || name == "backbone" || name == "weights" ||
        name == "precision" || name == "image.crop")
      known[name] = value;
  features().references()->save(output_ / "references", group_.class_name, known, features().train(),
                                features().test());
}

}  // namespace adrep
