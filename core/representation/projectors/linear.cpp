#include "core/representation/projector.h"
#include "core/representation/projector_layers.h"

namespace adrep {
namespace {

ADREP_PROJECTOR({
    .name = "linear",
    .doc = "one linear map C → C of every feature",
    .weights = [](const ProjectorParams&, int64_t channels) { return linear_weights("linear", channels, channels); },
    .forward = [](const ProjectorParams&, const WeightScope& weights, const at::Tensor& tokens,
                  const at::Tensor&) { return linear(weights.below("linear"), tokens); },
});

}  // namespace
}  // namespace adrep
