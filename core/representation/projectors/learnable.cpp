#include "core/representation/projector_attention.h"

namespace adrep {
namespace {

constexpr AttentionLayers kinds{.cross = true};

/// Keys as in the published checkpoints (protocol §5).
WeightSpecs weights_of(const ProjectorParams& params, int64_t channels) {
  WeightSpecs all = {{"x_ref", {1, params.references, channels}, {WeightStart::Kind::normal}}};
  for (WeightSpec& spec : reference_projector_weights(params, channels, kinds)) all.push_back(std::move(spec));
  return all;
}

at::Tensor forward(const ProjectorParams& params, const WeightScope& weights, const at::Tensor& tokens,
                   const at::Tensor&) {
  return reference_projector(params, weights, tokens, weights.at("x_ref"), kinds);
}

ADREP_PROJECTOR({
    .name = "learnable",
    .doc = "the paper's: attention to learnable references, subtracted, then an MLP",
    .weights = weights_of,
    .forward = forward,
    .freeze = [](const ProjectorParams& params, const WeightScope& weights,
                 TensorMap& made) { freeze_references(params, weights, weights.at("x_ref"), made); },
});

}  // namespace
}  // namespace adrep
