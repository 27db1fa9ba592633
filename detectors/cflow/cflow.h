#pragma once
#include <string>
#include <vector>

#include "core/base/schema.h"
#include "detectors/cflow/coupling_flow.h"
#include "detectors/cflow/flow_weights.h"
#include "detectors/detector.h"
#include "detectors/scoring/likelihood_map.h"

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
  std::string decoders;

  static void declare(Schema<CflowParams>& s);
};

/// CFLOW-AD (Gudovskiy et al. 2022; protocol §7): for each of the last levels a normalising flow of its feature
/// vectors, conditioned on their position; unlikely vectors are anomalous. The published runs use seed 0. On a CPU the
/// published settings take hours for wide backbones: lower meta_epochs or sub_epochs, or use a GPU. Flows trained
/// elsewhere (detectors/cflow/flow_weights.h) are where training starts from, or all there is of it with meta_epochs=0.
class Cflow final : public Detector {
 public:
  using Params = CflowParams;
  /// Throws InputError when `condition` is no multiple of 4, and when nothing is trained and no weights are given.
  explicit Cflow(Params params);

  void fit(const FeatureSource& normals, const FitContext& context) override;
  Scores score(const Levels& levels) const override;
  static FitCost cost(const Params& params, const std::vector<LevelShape>& shapes, int64_t train, int64_t test);
  static LeastMemory least_memory(const Params& params, const std::vector<LevelShape>& shapes, int64_t images);
  /// Flows by FrEIA's names below levelL/, the shapes, and the scale of the training normals.
  TensorMap state() const override;
  void load(const TensorMap& state) override;
  std::vector<std::string> notes() const override;
  std::string post_step() const override { return params_.normalise == "test" ? "likelihood" : ""; }

 private:
  friend class CflowTraining;

  size_t first_level() const;
  const LevelShape& shape(size_t flow) const { return shapes_[first_level() + flow]; }
  LogScale generation() const { return params_.log_scale == "freia_2023" ? LogScale::freia_2023 : LogScale::freia_0_2; }
  void start(const std::vector<LevelShape>& shapes, uint64_t seed, const at::Device& device);
  /// Flows of params_.decoders in place of those that were drawn.
  void read_decoders(const at::Device& device);
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

/// The flows of a CFLOW's state(), for files of weights. `log_scale` is that of its parameters.
FlowWeights flow_weights_of(const TensorMap& state, const std::string& log_scale);

}  // namespace adrep
