#include "benchmarks/fitting/fit_model.h"

#include "benchmarks/fitting/calibrate.h"
#include "benchmarks/fitting/good_folds.h"
#include "benchmarks/fitting/kept_images.h"
#include "benchmarks/fitting/part_fit.h"
#include "benchmarks/fitting/provenance.h"
#include "benchmarks/fitting/witnesses.h"
#include "core/base/log.h"

namespace adrep {
namespace {

/// Fits a model and finds its calibration.
class ModelFit {
 public:
  ModelFit(const ModelRequest& request, const FitData& data, const std::filesystem::path& training)
      : request_(request),
        data_(data),
        fitter_(data, training),
        skips_(data.settings().on_bad_image == "skip"),
        whole_groups_(!data.settings().split_group.empty()) {}

  FittedModel make() {
    const bool split = request_.fit.calibration == "split";
    if (!split) score_folds();
    ClassSplit last = data_.images;
    if (split)
      last = split_with(data_.images,
                        held_out_part(data_.images.train, request_.fit.fraction, seed(), name(), whole_groups_));
    PartFit::Fitted fitted = fitter_.fit(last);
    if (split) good_ = scored(fitted.pipeline, last.test, "held-out images");
    FittedModel made{std::move(fitted.artefact),
                     {},
                     scored(fitted.pipeline, data_.images.test, "labelled images"),
                     std::ssize(last.train)};
    Calibration calibration = calibration_from(good_, split ? 0 : request_.fit.folds, request_.fit);
    choose_on_labels(calibration, made.labelled, request_.fit);
    for (ScoredImage& image : made.labelled) judge(image.prediction, calibration);
    // of cv the model itself has learnt from all good images, so other models' scores of them are no witnesses
    std::vector<ScoredImage> seen = split ? good_ : scored(fitted.pipeline, some_of(last.train), "witnesses");
    seen.insert(seen.end(), made.labelled.begin(), made.labelled.end());
    made.artefact.witnesses = witnesses_of(seen);
    made.artefact.probe = fitted.pipeline.probe_on(most_anomalous(seen).sample.image_file());
    if (split && request_.fit.keep)
      add_kept_images(calibration, nullptr, last.test, made.artefact.geometry, made.artefact.reading);
    made.artefact.calibration = std::move(calibration);
    describe(made.artefact, request_, data_, std::ssize(last.train), std::ssize(good_));
    made.good = std::move(good_);
    for (ScoredImage& image : made.good) judge(image.prediction, *made.artefact.calibration);
    return made;
  }

 private:
  uint64_t seed() const { return static_cast<uint64_t>(data_.settings().seed); }
  const std::string& name() const { return data_.group.class_name; }

  std::vector<ScoredImage> scored(const Pipeline& pipeline, const std::vector<Sample>& samples,
                                  const std::string& what) const {
    return scored_images(pipeline, samples, skips_, name() + ": " + what);
  }

  /// What the calibration says of what was scored before there was one.
  void judge(Prediction& prediction, const Calibration& calibration) const {
    prediction = prediction_of(prediction.map, prediction.score, prediction.width, prediction.height,
                               data_.group.geometry, &calibration);
  }

  static std::vector<Sample> some_of(const std::vector<Sample>& samples) {
    std::vector<Sample> some;
    for (const size_t place : witness_places(samples.size())) some.push_back(samples[place]);
    return some;
  }

  void score_folds() {
    const std::vector<HeldOutImages> folds =
        held_out_folds(data_.images.train, request_.fit.folds, seed(), name(), whole_groups_);
    for (size_t fold = 0; fold < folds.size(); ++fold) {
      const ClassSplit part = split_with(data_.images, folds[fold]);
      log_info(fmt::format("{}: fold {} of {}: learns from {} images, scores {}", name(), fold + 1, folds.size(),
                           part.train.size(), part.test.size()));
      const PartFit::Fitted fitted = fitter_.fit(part);
      for (ScoredImage& image : scored(fitted.pipeline, part.test, "held-out images"))
        good_.push_back(std::move(image));
    }
  }

  const ModelRequest& request_;
  const FitData& data_;
  PartFit fitter_;
  bool skips_, whole_groups_;
  std::vector<ScoredImage> good_;
};

}  // namespace

FittedModel fit_model(const ModelRequest& request, const FitData& data, const std::filesystem::path& training) {
  FittedModel made = ModelFit(request, data, training).make();
  std::error_code ignored;  // what stays costs a little disk
  std::filesystem::remove_all(training, ignored);
  return made;
}

}  // namespace adrep
