#include "detectors/scoring/post_steps.h"

#include "detectors/scoring/likelihood_map.h"
#include "detectors/scoring/score_map.h"

namespace adrep {
namespace {

Scores min_max(const Scores& test_set) {
  const at::Tensor low = test_set.maps.amin();
  const at::Tensor range = test_set.maps.amax() - low;
  return scores_from_maps((test_set.maps - low) / range.where(range > 0, at::ones_like(range)));
}

Scores likelihood(const Scores& test_set) {
  ADREP_ASSERT(!test_set.grids.empty(), "the step 'likelihood' needs log-likelihoods");
  const int64_t size = test_set.maps.size(1);
  return scores_from_maps(likelihood_maps(test_set.grids, likelihood_scale(test_set.grids, size), size));
}

}  // namespace

Scores apply_post_step(const std::string& name, const Scores& test_set) {
  if (name.empty() || test_set.maps.numel() == 0) return test_set;
  if (name == "min_max") return min_max(test_set);
  if (name == "likelihood") return likelihood(test_set);
  throw_input("unknown post step '{}': {}", name, suggestion(name, post_step_names()));
}

std::vector<std::string> post_step_names() {
  return {"likelihood", "min_max"};
}

}  // namespace adrep
