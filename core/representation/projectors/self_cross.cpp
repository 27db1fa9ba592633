#include "core/representation/projector_attention.h"

namespace adrep {
namespace {

constexpr AttentionLayers self_cross_attention{.self = true, .cross = true};

ADREP_PROJECTOR({
    .name = "self_cross",
    .doc = "attention among an image's own features, then to residuals of the references, then an MLP",
    .needs_references = true,
    .weights = [](const ProjectorParams& params,
                  int64_t channels) { return reference_projector_weights(params, channels, self_cross_attention); },
    .forward =
        [](const ProjectorParams& params, const WeightScope& weights, const at::Tensor& tokens,
           const at::Tensor& references) {
          return reference_projector(params, weights, tokens, references, self_cross_attention);
        },
});

}  // namespace
}  // namespace adrep
