#pragma once
#include <string>
#include <vector>

#include "core/base/schema.h"
#include "detectors/coupling_flow.h"
#include "detectors/detector.h"
#include "detectors/likelihood_map.h"

namespace adrep {

/// Defaults: the published settings.
struct CflowParams {
  int64_t levels = 3;
  int64_t blocks = 8;
  int64_t condition = 128;
  int64_t meta_epochs = 25;
  int64_t sub_epochs = 8;
  int64_t batch = 32;
  int64_t fibres = 4096;
  double learning_rate = 2e-4;
  std::string log_scale = "freia_0.2";
  std::string normalise = "train";
  bool legacy_zero_grad = false;
  int64_t patience = 0;

  static void declare(Schema<CflowParams>& s);
};

/// CFLOW-AD (Gudovskiy et al. 2022; protocol §7): for each of the last levels a normalising flow of its feature
/// vectors, conditioned on their position; unlikely vectors are anomalous. The published runs use seed 0. On a CPU the
/// published settings take hours for wide backbones: lower meta_epochs or sub_epochs, or use a GPU.
class Cflow final : public Detector {
 public:
  using Params = CflowParams;
  /// Throws InputError when `condition` is no multiple of 4.
  explicit Cflow(Params params);

  void fit(const FeatureSource& normals, const FitContext& context) override;
  Scores score(const Levels& levels) const override;
  static FitCost cost(const Params& params, const std::vector<LevelShape>& shapes, int64_t train, int64_t test);
  /// Flows by FrEIA's names below levelL/, the shapes, and the scale of the training normals.
  TensorMap state() const override;
  void load(const TensorMap& state) override;
  std::string post_step() const override { return params_.normalise == "test" ? "likelihood" : ""; }

 private:
  friend class CflowTraining;

  size_t first_level() const;
  const LevelShape& shape(size_t flow) const { return shapes_[first_level() + flow]; }
  LogScale generation() const { return params_.log_scale == "freia_2023" ? LogScale::freia_2023 : LogScale::freia_0_2; }
  void start(const std::vector<LevelShape>& shapes, uint64_t seed, const at::Device& device);
  void make_codes(const at::Device& device);
  std::vector<CouplingFlow> read_flows(const TensorMap& state, const std::vector<LevelShape>& shapes,
                                       const std::string& source) const;
  TensorMap flow_state() const;
  /// Log-likelihoods per dimension of the levels used: [B, H_l, W_l] each.
  std::vector<at::Tensor> log_likelihoods(const Levels& levels) const;
  void scale_to(const FeatureSource& normals, const at::Device& device);

  Params params_;
  std::vector<LevelShape> shapes_;
  std::vector<CouplingFlow> flows_;  // one a level used
  std::vector<at::Tensor> codes_;    // [H·W, condition] a level used
  LikelihoodScale scale_;
};

}  // namespace adrep
