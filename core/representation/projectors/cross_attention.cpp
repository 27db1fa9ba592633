#include "core/representation/projector_attention.h"
#include "core/representation/projector_layers.h"

namespace adrep {
namespace {

constexpr AttentionLayers kinds{.cross = true};

/// The references' residuals are mapped as the learnable references are, once for all layers, so that the two
/// architectures differ in what is attended to and in nothing else.
WeightSpecs weights_of(const ProjectorParams& params, int64_t channels) {
  WeightSpecs all = reference_map_weights("ref_proj.project", channels);
  for (WeightSpec& spec : attention_layer_weights(params, channels, kinds)) all.push_back(std::move(spec));
  return all;
}

at::Tensor forward(const ProjectorParams& params, const WeightScope& weights, const at::Tensor& tokens,
                   const at::Tensor& references) {
  const at::Tensor memory = map_references(weights.below("ref_proj.project"), references);
  return attention_layers(params, weights, tokens, memory, kinds);
}

ADREP_PROJECTOR({
    .name = "cross_attention",
    .doc = "attention to residuals of the normal references, then an MLP",
    .needs_references = true,
    .weights = weights_of,
    .forward = forward,
});

}  // namespace
}  // namespace adrep
