#include "detectors/scoring/post_steps.h"

#include "detectors/scoring/likelihood_map.h"
#include "detectors/scoring/score_map.h"

namespace adrep {
namespace {

/// One constant of a step. Throws InputError unless it is there with this type and so many values.
const at::Tensor& post_constant(const PostStep& step, const std::string& name, at::ScalarType type, int64_t count) {
  const auto place = step.constants.find(name);
  if (place == step.constants.end() || place->second.scalar_type() != type ||
      place->second.sizes() != at::IntArrayRef({count}))
    throw_input("the step '{}' needs '{}' as {} [{}]", step.name, name, c10::toString(type), count);
  return place->second;
}

PostStep found_min_max(const Scores& test_set) {
  const at::Tensor low = test_set.maps.amin();
  const at::Tensor range = test_set.maps.amax() - low;
  const at::Tensor divisor = range.where(range > 0, at::ones_like(range));
  return {"min_max", {{"low", low.cpu().view({1})}, {"range", divisor.cpu().view({1})}}};
}

Scores min_max(const PostStep& step, const Scores& scores) {
  const at::Device device = scores.maps.device();
  const at::Tensor low = post_constant(step, "low", at::kFloat, 1).to(device);
  return scores_from_maps((scores.maps - low) / post_constant(step, "range", at::kFloat, 1).to(device), scores.content);
}

PostStep found_likelihood(const Scores& test_set) {
  ADREP_ASSERT(!test_set.grids.empty(), "the step 'likelihood' needs log-likelihoods");
  const LikelihoodScale scale = likelihood_scale(test_set.grids, test_set.maps.size(1));
  return {"likelihood", {{"level_max", scale.level_max}, {"top", scale.top}}};
}

Scores likelihood(const PostStep& step, const Scores& scores) {
  if (scores.grids.empty()) throw_input("the step 'likelihood' is not for a detector without log-likelihoods");
  const LikelihoodScale scale{post_constant(step, "level_max", at::kDouble, std::ssize(scores.grids)),
                              post_constant(step, "top", at::kDouble, 1)};
  return scores_from_maps(likelihood_maps(scores.grids, scale, scores.maps.size(1)), scores.content);
}

[[noreturn]] void unknown_post_step(const std::string& name) {
  throw_input("unknown post step '{}': {}", name, suggestion(name, post_step_names()));
}

}  // namespace

PostStep find_post_step(const std::string& name, const Scores& test_set) {
  if (name.empty() || test_set.maps.numel() == 0) return {};
  if (name == "min_max") return found_min_max(test_set);
  if (name == "likelihood") return found_likelihood(test_set);
  unknown_post_step(name);
}

Scores apply_post_step(const PostStep& step, const Scores& scores) {
  if (step.name.empty()) return scores;
  if (step.name == "min_max") return min_max(step, scores);
  if (step.name == "likelihood") return likelihood(step, scores);
  unknown_post_step(step.name);
}

Scores apply_post_step(const std::string& name, const Scores& test_set) {
  return apply_post_step(find_post_step(name, test_set), test_set);
}

std::vector<std::string> post_step_names() {
  return {"likelihood", "min_max"};
}

}  // namespace adrep
