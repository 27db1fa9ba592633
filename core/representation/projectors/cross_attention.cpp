#include "core/representation/projector_attention.h"

namespace adrep {
namespace {

constexpr AttentionLayers cross_attention_alone{.cross = true};

ADREP_PROJECTOR({
    .name = "cross_attention",
    .doc = "attention to residuals of the normal references, then an MLP",
    .needs_references = true,
    .weights = [](const ProjectorParams& params,
                  int64_t channels) { return reference_projector_weights(params, channels, cross_attention_alone); },
    .forward =
        [](const ProjectorParams& params, const WeightScope& weights, const at::Tensor& tokens,
           const at::Tensor& references) {
          return reference_projector(params, weights, tokens, references, cross_attention_alone);
        },
});

}  // namespace
}  // namespace adrep
