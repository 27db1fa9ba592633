#include "benchmarks/fitting/update_model.h"

#include <algorithm>

#include "benchmarks/fitting/calibrate.h"
#include "benchmarks/fitting/good_folds.h"
#include "benchmarks/fitting/kept_images.h"
#include "benchmarks/fitting/provenance.h"
#include "benchmarks/fitting/witnesses.h"
#include "core/base/content_hashes.h"
#include "core/base/hash.h"
#include "core/base/interrupt.h"
#include "core/base/plural.h"
#include "core/base/progress.h"
#include "core/base/random.h"
#include "core/representation/reference_selection.h"
#include "detectors/pipeline/pipeline_backbone.h"

namespace adrep {
namespace {

constexpr size_t unusual_shown = 5;

/// Nobody looks at steps of an update, which is short.
class QuietFit final : public FitObserver {
 public:
  void progress(const std::string&, int64_t, int64_t) override { stop_if_interrupted(); }
};

Sample sample_of(const InputImage& image) {
  Sample sample;
  sample.id = image.file.string();
  sample.contents = std::make_shared<const FileHashes>(
      FileHashes{{image.file.string(), ContentHashes::instance().sha256_of(image.file)}});
  return sample;
}

void require_updatable(const Artefact& artefact, const std::filesystem::path& file) {
  if (!artefact.calibration) throw_input("{}: it has no threshold: make a model with adrep fit", file.string());
  if (!DetectorRegistry::instance().get(artefact.detector, "detector").is_updatable)
    throw_input("{}: {} cannot learn from further images without the earlier ones: adrep fit on all of them",
                file.string(), artefact.detector);
}

/// The rates that the model was asked for. Labels are not at hand: the threshold is by good images.
FitSettings settings_of(const Calibration& calibration) {
  FitSettings settings;
  settings.false_alarm = calibration.false_alarm;
  settings.false_alarm_region = calibration.false_alarm_region;
  settings.pixels = calibration.pixel_share;
  return settings;
}

/// "; left out: 3 that the model was made from, 1 with the content of another", or "" where none was.
std::string left_out_text(const LeftOut& left_out) {
  std::vector<std::string> parts;
  if (left_out.known > 0) parts.push_back(fmt::format("{} that the model was made from", left_out.known));
  if (left_out.copies > 0) parts.push_back(fmt::format("{} with the content of another", left_out.copies));
  return parts.empty() ? "" : fmt::format("; left out: {}", fmt::join(parts, ", "));
}

/// Does the steps of an update.
class ModelUpdate {
 public:
  explicit ModelUpdate(const UpdateRequest& request)
      : request_(request), before_(load_artefact(request.model)), backbone_(loaded_backbone()) {
    for (const InputImage& image : request_.good) new_.train.push_back(sample_of(image));
    left_out_ = leave_out_copies(new_.train, contents_in(before_.provenance));
    if (new_.train.size() < 2)
      throw_input("{}: {}{}: two are needed at least, one to learn from and one for the threshold",
                  request_.model.string(), counted(std::ssize(new_.train), "new good image"), left_out_text(left_out_));
  }

  UpdatedModel make() {
    UpdatedModel made;
    made.left_out = left_out_;
    const Pipeline old(before_, backbone_, request_.options);
    made.new_images = scored_images(old, new_.train, false, "new images");
    std::stable_sort(made.new_images.begin(), made.new_images.end(),
                     [](const auto& a, const auto& b) { return a.prediction.score > b.prediction.score; });
    const ClassSplit split = split_with(new_, held_out_part(new_.train, request_.fraction, seed(), "update", false));
    Artefact after = before_;
    learn(after, old, split.train);
    const Pipeline updated(after, backbone_, request_.options);
    std::vector<ScoredImage> good = scored_images(updated, split.test, false, "held-out images");
    made.held_out = std::ssize(good);
    made.learnt = std::ssize(split.train);
    std::vector<ScoredImage> earlier = scored_again(updated, before_);
    made.held_out_before = std::ssize(earlier);
    const std::vector<ScoredImage> seen = good;
    good.insert(good.end(), std::make_move_iterator(earlier.begin()), std::make_move_iterator(earlier.end()));
    after.calibration = calibration_from(good, 0, settings_of(*before_.calibration));
    note_labels(*after.calibration);
    keep_images(after, split.test);
    after.witnesses = witnesses_of(seen);
    after.probe = updated.probe_on(most_anomalous(seen).sample.image_file());
    describe(after, made);
    made.artefact = std::move(after);
    return made;
  }

 private:
  std::shared_ptr<const Backbone> loaded_backbone() const {
    require_updatable(before_, request_.model);
    return backbone_of(before_.backbone, request_.options);
  }

  uint64_t seed() const {
    const bool known = before_.provenance.is_object() && before_.provenance.contains("seed");
    return known ? before_.provenance.at("seed").get<uint64_t>() : 0;
  }

  void learn(Artefact& after, const Pipeline& old, const std::vector<Sample>& images) {
    std::vector<ImageFile> files;
    std::vector<std::string> names;
    for (const Sample& sample : images) {
      files.push_back(sample.image_file());
      names.push_back(sample.image().filename().string());
    }
    if (before_.detector == "feature_norm" && before_.representation.kind != "raw")
      return add_references(after.representation.bank, make_bank(old.raw_features(files), std::move(names), 0));
    std::shared_ptr<Detector> detector =
        DetectorRegistry::instance().get(before_.detector, "detector").make(before_.parameters);
    detector->load(before_.fitted->state());
    QuietFit observer;
    const FitContext context{
        .observer = observer, .seed = derive_seed(seed(), before_.detector), .features = before_.representation.kind};
    if (!detector->update(MemoryFeatures(old.features(files)), context))
      throw_input("{}: {} cannot be updated", request_.model.string(), before_.detector);
    after.fitted = std::move(detector);
  }

  static void add_references(ReferenceBank& bank, ReferenceBank more) {
    for (size_t level = 0; level < bank.rows.size(); ++level)
      bank.rows[level] = at::cat({bank.rows[level], more.rows[level]});
    bank.files.insert(bank.files.end(), more.files.begin(), more.files.end());
  }

  void note_labels(Calibration& calibration) const {
    if (before_.calibration->rule != "good")
      calibration.notes.push_back(
          fmt::format("the threshold was chosen on labelled images (threshold.rule={}); it is now by good images alone",
                      before_.calibration->rule));
  }

  void keep_images(Artefact& after, const std::vector<Sample>& held_out) const {
    if (before_.calibration->form == "split" && !before_.calibration->kept_images.defined()) return;
    add_kept_images(*after.calibration, before_.calibration->form == "split" ? &*before_.calibration : nullptr,
                    held_out, after.geometry, after.reading);
  }

  void describe(Artefact& after, const UpdatedModel& made) const {
    if (!after.provenance.is_object()) after.provenance = nlohmann::json::object();
    nlohmann::json& updates = after.provenance["updates"];
    if (!updates.is_array()) updates = nlohmann::json::array();
    add_contents(after.provenance, new_.train);
    updates.push_back({{"from", sha256_of_file(request_.model)}, {"learnt", made.learnt}, {"held_out", made.held_out}});
  }

  const UpdateRequest& request_;
  Artefact before_;
  std::shared_ptr<const Backbone> backbone_;
  ClassSplit new_;
  LeftOut left_out_;
};

}  // namespace

UpdatedModel update_model(const UpdateRequest& request) {
  return ModelUpdate(request).make();
}

std::string update_text(const UpdatedModel& model, const std::filesystem::path& file) {
  const Calibration& calibration = *model.artefact.calibration;
  const auto unusual = std::count_if(model.new_images.begin(), model.new_images.end(), [](const ScoredImage& image) {
    return image.prediction.is_defect.value_or(false);
  });
  std::string text =
      fmt::format("new: {}, of which the model as it was called {} defective{}\n",
                  counted(std::ssize(model.new_images), "good image"), unusual, left_out_text(model.left_out));
  for (size_t i = 0; i < std::min(model.new_images.size(), unusual_shown); ++i) {
    const ScoredImage& image = model.new_images[i];
    text += fmt::format("  {}: score {:.6g}, p {:.2g}\n", image.sample.id, image.prediction.score,
                        image.prediction.p_value.value_or(1));
  }
  text += fmt::format("{}: learnt from {} of them; thresholds from the other {} and {} earlier ones\n", file.string(),
                      model.learnt, model.held_out, model.held_out_before);
  return text + fmt::format("threshold {:.6g}: {}\n", calibration.threshold, guarantee_of(calibration));
}

}  // namespace adrep
