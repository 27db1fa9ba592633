#pragma once
#include <string>

#include "core/base/schema.h"
#include "detectors/detector.h"

namespace adrep {

struct FeatureNormParams {
  std::string norm = "code";
  double sigma = 4.0;

  static void declare(Schema<FeatureNormParams>& s) {
    s.decides(Decides::fit);
    s.add(&FeatureNormParams::norm, "norm")
        .decides(Decides::scores)
        .one_of({"code", "pseudo_huber", "l2"})
        .doc("score of a feature x: sqrt(|x| + 1) - 1 of the published code, sqrt(|x|^2 + 1) - 1 of Eq. 3, or |x|");
    s.add(&FeatureNormParams::sigma, "sigma")
        .decides(Decides::scores)
        .at_least(0)
        .doc("Gaussian smoothing of the score map, pixels of the map");
  }
};

/// Feature norms as anomaly scores (paper Sec. 4.5; protocol §7): nothing is learnt, so the scores show the
/// representation alone.
class FeatureNorm final : public Detector {
 public:
  using Params = FeatureNormParams;
  explicit FeatureNorm(Params params) : params_(std::move(params)) {}

  void fit(const FeatureSource& normals, const FitContext& context) override;
  bool update(const FeatureSource& more, const FitContext& context) override { return fit(more, context), true; }
  Scores score(const Levels& levels) const override;
  static FitCost cost(const Params& params, const std::vector<LevelShape>& shapes, int64_t train, int64_t test);
  static LeastMemory least_memory(const Params& params, const std::vector<LevelShape>& shapes, int64_t images);
  TensorMap state() const override { return {}; }
  void load(const TensorMap&) override {}

 private:
  Params params_;
};

/// The score of every feature: x [B, C, H, W] -> [B, H, W].
at::Tensor feature_norm(const at::Tensor& x, const std::string& norm);

}  // namespace adrep
