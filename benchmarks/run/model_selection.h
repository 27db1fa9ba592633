#pragma once
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "benchmarks/run/evaluation.h"
#include "detectors/detector.h"

namespace adrep {

/// Training images that selection=validation keeps apart, and the others; both ascending.
struct HeldOut {
  std::vector<int64_t> training, validation;
};

/// max(1, floor(fraction · n + 0.5)) of n images at random, seeded by (seed, class). Images in `kept` (references,
/// whose residuals are zero) are never held out. With `whole_groups` (split.group): whole groups at random until they
/// hold that many images; a group of a kept image, or one that would leave nothing to train on, is not held out. Throws
/// Error when too few images are left on either side.
HeldOut hold_out(const std::vector<Sample>& images, const std::set<std::string>& kept, double fraction, uint64_t seed,
                 const std::string& class_name, bool whole_groups = false);

/// How good a model is on data that nobody has labelled: held-out normal images against the same images with textures
/// drawn into them (detectors/glass/drawn_anomalies.h), drawn once. Mean of image and pixel AUROC.
class DrawnValidation {
 public:
  /// normal: features of the held-out images, which are images `indices` of `images`.
  DrawnValidation(const Levels& normal, const TrainingImages& images, const std::vector<int64_t>& indices,
                  uint64_t seed, int64_t batch);
  double quality(const Detector& detector) const;

 private:
  std::vector<Levels> parts_;  ///< normal and drawn images, a few at a time
  at::Tensor masks_;           ///< [2 V, S, S] uint8
  std::vector<uint8_t> labels_;
};

/// What decides between models that were evaluated: mean of image and pixel AUROC, as far as they are defined.
double quality_of(const std::vector<std::pair<std::string, Metric>>& metrics);

/// A metric's best value over epochs, the lines of a training's log with "metrics". Undefined ones never win.
std::vector<std::pair<std::string, Metric>> best_over_epochs(const std::vector<std::pair<std::string, Metric>>& last,
                                                             const nlohmann::json& epochs);

}  // namespace adrep
