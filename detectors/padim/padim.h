#pragma once
#include <string>
#include <variant>
#include <vector>

#include "core/base/schema.h"
#include "detectors/detector.h"
#include "detectors/padim/gaussian_model.h"
#include "detectors/padim/reduced_gaussian.h"

namespace adrep {

struct PadimParams {
  double sigma = 4.0;
  double ridge = 0.01;
  std::string covariance = "auto";
  int64_t dims = 0;

  static void declare(Schema<PadimParams>& s) {
    s.decides(Decides::fit);
    s.add(&PadimParams::sigma, "sigma")
        .decides(Decides::scores)
        .at_least(0)
        .doc("Gaussian smoothing of the score map, pixels of the map");
    s.add(&PadimParams::ridge, "ridge").more_than(0).doc("added to the diagonal of every covariance");
    s.add(&PadimParams::covariance, "covariance")
        .one_of({"auto", "full", "lowrank", "diagonal", "shared"})
        .doc(
            "full and lowrank give the same distances, auto takes lowrank while images <= channels; diagonal: "
            "variances "
            "alone; shared: one covariance for all positions of a level");
    s.add(&PadimParams::dims, "dims")
        .at_least(0)
        .example("100")
        .doc("channels a level, a seeded random choice; 0 takes all, as the published evaluation does");
  }
};

/// PaDiM (Defard et al. 2021; protocol §7): a Gaussian for every position of every level, each level on its own.
/// The seed matters only with `dims`; the published runs use all channels (their seed is 1024).
class Padim final : public Detector {
 public:
  using Params = PadimParams;
  explicit Padim(Params params) : params_(std::move(params)) {}

  void fit(const FeatureSource& normals, const FitContext& context) override;
  bool update(const FeatureSource& more, const FitContext& context) override;
  Scores score(const Levels& levels) const override;
  static FitCost cost(const Params& params, const std::vector<LevelShape>& shapes, int64_t train, int64_t test);
  static LeastMemory least_memory(const Params& params, const std::vector<LevelShape>& shapes, int64_t images);
  TensorMap state() const override;
  void load(const TensorMap& state) override;

  /// Mahalanobis distances of one level: x [B, C, H, W] -> [B, H, W].
  at::Tensor distances(const at::Tensor& x, int64_t level) const;

 private:
  using Model = std::variant<GaussianModel, ReducedGaussian>;

  GaussianModel::Options options_of(int64_t level, const FitContext& context) const;

  Params params_;
  std::vector<LevelShape> shapes_;
  std::vector<Model> models_;         // one a level
  std::vector<at::Tensor> channels_;  // int64 [dims] a level, ascending
};

}  // namespace adrep
