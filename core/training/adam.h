#pragma once
#include <cstdint>

#include "core/io/safetensors.h"

namespace adrep {

/// How Adam treats weight decay: `l2` adds decay · weight to the gradient (Adam), `decoupled` shrinks the weight by
/// rate · decay (AdamW).
enum class WeightDecay { l2, decoupled };

/// Defaults: torch's.
struct AdamParams {
  double beta1 = 0.9, beta2 = 0.999;
  double eps = 1e-8;
  double weight_decay = 0;
  WeightDecay decay = WeightDecay::l2;
};

/// Adam and AdamW with LibTorch's arithmetic, operation by operation, so that both give the same bits. Every parameter
/// counts its own steps; one without a gradient keeps its value, its moments and its count, as in torch.
class Adam {
 public:
  /// The parameters are leaves; the optimiser shares and changes them.
  Adam(TensorMap parameters, const AdamParams& params);

  /// One step along the gradients that the parameters hold.
  void step(double learning_rate);

  /// Takes the gradients away (torch's zero_grad since version 2).
  void clear_gradients();

  /// "exp_avg/KEY", "exp_avg_sq/KEY", "step/KEY" of every parameter that has made a step: copies that later steps do
  /// not change. Loaded into an optimiser of the same parameters, they continue it bit for bit.
  TensorMap state() const;
  /// Throws InputError naming the entry and `source` when one is missing, unknown, or of another shape or type; then
  /// nothing is changed.
  void load(const TensorMap& state, const std::string& source);

  const TensorMap& parameters() const { return parameters_; }

 private:
  struct Moments {
    int64_t steps = 0;
    at::Tensor mean, square;
  };

  TensorMap parameters_;
  AdamParams params_;
  std::map<std::string, Moments> moments_;
};

}  // namespace adrep
