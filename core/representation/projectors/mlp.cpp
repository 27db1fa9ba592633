#include <fmt/core.h>

#include "core/representation/projector.h"
#include "core/representation/projector_layers.h"

namespace adrep {
namespace {

WeightSpecs mlp_layer_weights(const ProjectorParams& params, int64_t channels) {
  WeightSpecs all;
  for (int64_t i = 0; i < params.layers; ++i)
    for (WeightSpec& spec : mlp_weights(fmt::format("layers.{}.mlp", i), channels, params.squeeze_excite))
      all.push_back(std::move(spec));
  return all;
}

at::Tensor mlp_forward(const ProjectorParams& params, const WeightScope& weights, const at::Tensor& tokens,
                       const at::Tensor&) {
  at::Tensor x = tokens;
  for (int64_t i = 0; i < params.layers; ++i)
    x = mlp(weights.below(fmt::format("layers.{}.mlp", i)), x, params.squeeze_excite);
  return x;
}

ADREP_PROJECTOR({
    .name = "mlp",
    .doc = "MLPs C → 4C → C of every feature, without skip connection",
    .weights = mlp_layer_weights,
    .forward = mlp_forward,
});

}  // namespace
}  // namespace adrep
