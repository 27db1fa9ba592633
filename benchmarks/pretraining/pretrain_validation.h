#pragma once
#include "benchmarks/pretraining/pretrain_data.h"

namespace adrep {

/// What the projectors after one epoch gave under one detector: means over the classes, named as in published
/// checkpoints.
struct EpochScore {
  int64_t epoch = 0;  ///< from 1
  std::string detector;
  std::map<std::string, double> scores;  ///< img_auc, pix_auc, pix_pro
};

/// Hash of the fingerprints of the classes that are validated on: the same images, the same scores; "" for
/// selection=last. Throws InputError when the data cannot be used, or, unless selection=oracle, has a class that is
/// pretrained on.
std::string validation_fingerprint(const PretrainConfig& config, const std::vector<PretrainedClass>& pretrained);

/// Evaluates the projectors after every epoch (protocol §6, selection) and knows which epoch was best. The evaluation
/// is that of `adrep run`: PatchCore and FeatureNorm on pretrained features.
class PretrainValidation {
 public:
  /// Throws InputError as validation_fingerprint does.
  PretrainValidation(const PretrainConfig& config, const PretrainData& data);

  const std::string& fingerprint() const { return fingerprint_; }

  /// Evaluates a projector file. Throws Error when it cannot be evaluated, Interrupted on Ctrl-C.
  void evaluate(int64_t epoch, const std::filesystem::path& projector);

  /// All scores so far, epoch by epoch.
  const std::vector<EpochScore>& history() const { return history_; }
  /// The best epoch of a detector by pix_pro, the earliest of equals; nullptr when there is none.
  const EpochScore* best(const std::string& detector) const;

  /// The history as one line of JSON, and back. Throws InputError naming `source` when it is misshapen.
  std::string state() const;
  void load(const std::string& state, const std::string& source);

 private:
  RawConfig run_config(const std::filesystem::path& projector) const;

  const PretrainConfig& config_;
  std::string fingerprint_;
  std::vector<EpochScore> history_;
};

/// A detector that selects, and the file that its best epoch is kept as.
struct SelectingDetector {
  const char *detector, *file;
};
inline constexpr SelectingDetector selecting_detectors[] = {{"patchcore", "checkpoints_pro_angle.pth"},
                                                            {"feature_norm", "checkpoints_pro_norm.pth"}};

}  // namespace adrep
