#include "core/representation/projector_attention.h"
#include "core/representation/projector_layers.h"

namespace adrep {
namespace {

constexpr AttentionLayers kinds{.cross = true};

/// Keys as in the published checkpoints (protocol §5).
WeightSpecs weights_of(const ProjectorParams& params, int64_t channels) {
  WeightSpecs all = {{"x_ref", {1, params.references, channels}, {WeightStart::Kind::normal}}};
  for (WeightSpec& spec : reference_map_weights("ref_proj.project", channels)) all.push_back(std::move(spec));
  for (WeightSpec& spec : attention_layer_weights(params, channels, kinds)) all.push_back(std::move(spec));
  return all;
}

at::Tensor forward(const ProjectorParams& params, const WeightScope& weights, const at::Tensor& tokens,
                   const at::Tensor&) {
  const at::Tensor memory = map_references(weights.below("ref_proj.project"), weights.at("x_ref"));
  return attention_layers(params, weights, tokens, memory, kinds);
}

ADREP_PROJECTOR({
    .name = "learnable",
    .doc = "the paper's: attention to learnable references, subtracted, then an MLP",
    .weights = weights_of,
    .forward = forward,
});

}  // namespace
}  // namespace adrep
