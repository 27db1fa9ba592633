#include "detectors/training/noise.h"

#include <ATen/Parallel.h>

#include <cmath>

#include "core/base/error.h"
#include "core/base/random.h"

namespace adrep {
namespace {

constexpr int64_t noise_block = 4096;

/// Calls fill(random, first, last) for every block of the values of every seed, in parallel.
template <class F>
void for_each_block(const at::Tensor& values, Seeds seeds, F&& fill) {
  const auto parts = static_cast<int64_t>(seeds.size());
  ADREP_ASSERT(parts > 0 && values.numel() % parts == 0, "{} values for {} seeds", values.numel(), parts);
  const int64_t part = values.numel() / parts, blocks = (part + noise_block - 1) / noise_block;
  at::parallel_for(0, parts * blocks, 1, [&](int64_t begin, int64_t end) {
    for (int64_t task = begin; task < end; ++task) {
      const int64_t p = task / blocks, b = task % blocks;
      Random random(derive_seed(seeds[static_cast<size_t>(p)] + static_cast<uint64_t>(b), "noise"));
      fill(random, p * part + b * noise_block, p * part + std::min(part, (b + 1) * noise_block));
    }
  });
}

}  // namespace

at::Tensor normal_noise(at::IntArrayRef shape, Seeds seeds, const at::Device& device) {
  at::Tensor noise = at::empty(shape, at::kFloat);
  float* values = noise.mutable_data_ptr<float>();
  for_each_block(noise, seeds, [&](Random& random, int64_t first, int64_t last) {
    for (int64_t i = first; i < last; ++i) values[i] = static_cast<float>(random.normal());
  });
  return noise.to(device);
}

at::Tensor normal_noise(at::IntArrayRef shape, uint64_t seed, const at::Device& device) {
  return normal_noise(shape, Seeds(&seed, 1), device);
}

at::Tensor dropout_factors(at::IntArrayRef shape, double probability, Seeds seeds, const at::Device& device) {
  at::Tensor factors = at::empty(shape, at::kFloat);
  float* values = factors.mutable_data_ptr<float>();
  const auto kept = static_cast<float>(1 / (1 - probability));
  const auto limit = static_cast<uint32_t>(std::llround(probability * 0x1.0p32));
  for_each_block(factors, seeds, [&](Random& random, int64_t first, int64_t last) {
    for (int64_t i = first; i < last; i += 2) {
      const uint64_t bits = random.next();
      values[i] = static_cast<uint32_t>(bits) >= limit ? kept : 0;
      if (i + 1 < last) values[i + 1] = static_cast<uint32_t>(bits >> 32) >= limit ? kept : 0;
    }
  });
  return factors.to(device);
}

at::Tensor dropout_factors(at::IntArrayRef shape, double probability, uint64_t seed, const at::Device& device) {
  return dropout_factors(shape, probability, Seeds(&seed, 1), device);
}

}  // namespace adrep
