#include "detectors/training/noise.h"

#include <ATen/Parallel.h>

#include <cmath>

#include "core/base/random.h"

namespace adrep {
namespace {

constexpr int64_t noise_block = 4096;

/// Calls fill(random, first, last) for every block of `count` values, in parallel.
template <class F>
void for_each_block(int64_t count, uint64_t seed, F&& fill) {
  at::parallel_for(0, (count + noise_block - 1) / noise_block, 1, [&](int64_t begin, int64_t end) {
    for (int64_t b = begin; b < end; ++b) {
      Random random(derive_seed(seed + static_cast<uint64_t>(b), "noise"));
      fill(random, b * noise_block, std::min(count, (b + 1) * noise_block));
    }
  });
}

}  // namespace

at::Tensor normal_noise(at::IntArrayRef shape, uint64_t seed, const at::Device& device) {
  at::Tensor noise = at::empty(shape, at::kFloat);
  float* values = noise.mutable_data_ptr<float>();
  for_each_block(noise.numel(), seed, [&](Random& random, int64_t first, int64_t last) {
    for (int64_t i = first; i < last; ++i) values[i] = static_cast<float>(random.normal());
  });
  return noise.to(device);
}

at::Tensor dropout_factors(at::IntArrayRef shape, double probability, uint64_t seed, const at::Device& device) {
  at::Tensor factors = at::empty(shape, at::kFloat);
  float* values = factors.mutable_data_ptr<float>();
  const auto kept = static_cast<float>(1 / (1 - probability));
  const auto limit = static_cast<uint32_t>(std::llround(probability * 0x1.0p32));
  for_each_block(factors.numel(), seed, [&](Random& random, int64_t first, int64_t last) {
    for (int64_t i = first; i < last; i += 2) {
      const uint64_t bits = random.next();
      values[i] = static_cast<uint32_t>(bits) >= limit ? kept : 0;
      if (i + 1 < last) values[i + 1] = static_cast<uint32_t>(bits >> 32) >= limit ? kept : 0;
    }
  });
  return factors.to(device);
}

}  // namespace adrep
