#include "detectors/training/random_tensors.h"

#include <cmath>

namespace adrep {

at::Tensor normal_tensor(at::IntArrayRef shape, Random& random, double deviation) {
  at::Tensor tensor = at::empty(shape, at::kFloat);
  float* values = tensor.mutable_data_ptr<float>();
  for (int64_t i = 0; i < tensor.numel(); ++i) values[i] = static_cast<float>(deviation * random.normal());
  return tensor;
}

at::Tensor uniform_tensor(at::IntArrayRef shape, double low, double high, Random& random) {
  at::Tensor tensor = at::empty(shape, at::kFloat);
  float* values = tensor.mutable_data_ptr<float>();
  for (int64_t i = 0; i < tensor.numel(); ++i) values[i] = static_cast<float>(random.uniform(low, high));
  return tensor;
}

at::Tensor random_order(int64_t count, Random& random) {
  return at::tensor(random.sample(count, count), at::kLong);
}

at::Tensor random_rotation(int64_t n, Random& random) {
  const at::Tensor normal = normal_tensor({n, n}, random).to(at::kDouble);
  const auto [q, r] = at::linalg_qr(normal);
  // R's signs are the algorithm's choice: without them Q would not be uniformly distributed
  const at::Tensor signs = at::where(r.diagonal() < 0, -1.0, 1.0);
  const at::Tensor rotation = q * signs;
  if (at::linalg_det(rotation).item<double>() < 0) rotation.select(1, 0).neg_();
  return rotation.to(at::kFloat).contiguous();
}

at::Tensor xavier_uniform(int64_t outputs, int64_t inputs, Random& random) {
  const double bound = std::sqrt(6.0 / static_cast<double>(inputs + outputs));
  return uniform_tensor({outputs, inputs}, -bound, bound, random);
}

at::Tensor xavier_normal(int64_t outputs, int64_t inputs, Random& random) {
  return normal_tensor({outputs, inputs}, random, std::sqrt(2.0 / static_cast<double>(inputs + outputs)));
}

at::Tensor linear_default(at::IntArrayRef shape, int64_t inputs, Random& random) {
  const double bound = 1 / std::sqrt(static_cast<double>(inputs));
  return uniform_tensor(shape, -bound, bound, random);
}

}  // namespace adrep
