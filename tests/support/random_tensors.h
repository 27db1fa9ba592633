#pragma once
#include <ATen/ATen.h>

#include "core/base/random.h"

namespace adrep::test {

/// Seeded values of N(0, scale²).
inline at::Tensor normal_tensor(at::IntArrayRef shape, uint64_t seed, double scale = 1,
                                at::ScalarType type = at::kFloat) {
  at::Tensor tensor = at::empty(shape, at::kDouble);
  Random random(seed);
  for (int64_t i = 0; i < tensor.numel(); ++i) tensor.mutable_data_ptr<double>()[i] = scale * random.normal();
  return tensor.to(type);
}

}  // namespace adrep::test
