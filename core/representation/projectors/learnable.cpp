#include "core/representation/projector_attention.h"

namespace adrep {
namespace {

constexpr AttentionLayers learnable_attention{.cross = true};

/// Keys as in the published checkpoints (protocol §5).
WeightSpecs learnable_weights(const ProjectorParams& params, int64_t channels) {
  WeightSpecs all = {{"x_ref", {1, params.references, channels}, {WeightStart::Kind::normal}}};
  for (WeightSpec& spec : reference_projector_weights(params, channels, learnable_attention))
    all.push_back(std::move(spec));
  return all;
}

at::Tensor learnable_forward(const ProjectorParams& params, const WeightScope& weights, const at::Tensor& tokens,
                             const at::Tensor&) {
  return reference_projector(params, weights, tokens, weights.at("x_ref"), learnable_attention);
}

ADREP_PROJECTOR({
    .name = "learnable",
    .doc = "the paper's: attention to learnable references, subtracted, then an MLP",
    .weights = learnable_weights,
    .forward = learnable_forward,
    .freeze = [](const ProjectorParams& params, const WeightScope& weights,
                 TensorMap& made) { freeze_references(params, weights, weights.at("x_ref"), made); },
});

}  // namespace
}  // namespace adrep
