#include "detectors/padim/further_samples.h"

#include <cmath>

#include "core/base/error.h"
#include "detectors/feature_check.h"

namespace adrep {

FurtherSamples further_samples(const at::Tensor& mean, int64_t earlier, const at::Tensor& samples) {
  const double before = static_cast<double>(earlier), more = static_cast<double>(samples.size(1));
  const at::Tensor from = mean.to(samples.device(), at::kDouble);
  at::Tensor offsets = samples - from.unsqueeze(1);  // D
  const at::Tensor shift = offsets.mean(1);
  offsets.sub_(shift.unsqueeze(1), 1 - std::sqrt(before / (before + more)));
  return {from.add(shift, more / (before + more)), std::move(offsets)};
}

void save_samples(TensorMap& state, const std::string& prefix, int64_t samples) {
  if (samples > 0) state[prefix + "/samples"] = at::full({1}, samples, at::kLong);
}

int64_t samples_from_state(const TensorMap& state, const std::string& prefix) {
  const std::string key = prefix + "/samples";
  if (!state.contains(key)) return 0;
  const at::Tensor& samples = state_tensor(state, key, 1);
  if (samples.sizes() != at::IntArrayRef({1}) || samples.scalar_type() != at::kLong || samples.item<int64_t>() < 1)
    throw_input("detector state: '{}' must hold one whole number of images, 1 or more", key);
  return samples.item<int64_t>();
}

}  // namespace adrep
