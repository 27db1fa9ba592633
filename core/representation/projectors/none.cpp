#include "core/representation/projector.h"

namespace adrep {
namespace {

ADREP_PROJECTOR({
    .name = "none",
    .doc = "features as they come: what a trained backbone gives without a projector (Table 2a, rows 2.3 and 2.8)",
    .weights = [](const ProjectorParams&, int64_t) { return WeightSpecs{}; },
    .forward = [](const ProjectorParams&, const WeightScope&, const at::Tensor& tokens,
                  const at::Tensor&) { return tokens; },
});

}  // namespace
}  // namespace adrep
