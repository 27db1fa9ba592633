#include "core/representation/projector_attention.h"

namespace adrep {
namespace {

constexpr AttentionLayers self_attention_alone{.self = true};

ADREP_PROJECTOR({
    .name = "self_attention",
    .doc = "attention among an image's own features, then an MLP",
    .weights = [](const ProjectorParams& params,
                  int64_t channels) { return attention_layer_weights(params, channels, self_attention_alone); },
    .forward = [](const ProjectorParams& params, const WeightScope& weights, const at::Tensor& tokens,
                  const at::Tensor&) { return attention_layers(params, weights, tokens, {}, self_attention_alone); },
});

}  // namespace
}  // namespace adrep
