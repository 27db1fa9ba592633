#pragma once
#include <ATen/ATen.h>

#include <catch2/catch.hpp>

#include <functional>
#include <string>

#include "core/base/random.h"
#include "detectors/detector.h"
#include "support/cuda.h"

namespace adrep::test {

/// Standard normal numbers, the same on every machine.
inline at::Tensor random_tensor(at::IntArrayRef shape, uint64_t seed) {
  at::Tensor tensor = at::empty(shape, at::kFloat);
  Random random(seed);
  float* values = tensor.mutable_data_ptr<float>();
  for (int64_t i = 0; i < tensor.numel(); ++i) values[i] = static_cast<float>(random.normal());
  return tensor;
}

/// Random integers of [-largest, largest] divided by 16: sums of their products are exact in float32 in any order.
inline at::Tensor random_sixteenths(at::IntArrayRef shape, int64_t largest, uint64_t seed) {
  at::Tensor tensor = at::empty(shape, at::kFloat);
  Random random(seed);
  float* values = tensor.mutable_data_ptr<float>();
  for (int64_t i = 0; i < tensor.numel(); ++i)
    values[i] = static_cast<float>(random.below(2 * largest + 1) - largest) / 16.0F;
  return tensor;
}

/// A fit context that reports nowhere.
class Quiet : public FitObserver {
 public:
  explicit Quiet(uint64_t seed, at::Device device = at::kCPU)
      : context{.observer = *this, .seed = seed, .device = device} {}
  void progress(const std::string&, int64_t, int64_t) override { ++calls; }
  FitContext context;
  int64_t calls = 0;
};

inline void require_equal(const TensorMap& actual, const TensorMap& expected) {
  REQUIRE(actual.size() == expected.size());
  for (const auto& [key, tensor] : expected) {
    CAPTURE(key);
    REQUIRE(actual.at(key).equal(tensor));
  }
}

/// Fits, then again from the first, the middle and the last checkpoint: each must give the same state bit for bit.
inline void require_continues(FitContext context, const std::function<TensorMap(const FitContext&)>& fit) {
  std::vector<TensorMap> checkpoints;
  context.checkpoint = [&](const TensorMap& state) { checkpoints.push_back(state); };
  const TensorMap whole = fit(context);
  REQUIRE(checkpoints.size() >= 2);
  context.checkpoint = {};
  for (const size_t place : {size_t{0}, checkpoints.size() / 2, checkpoints.size() - 1}) {
    context.resume = &checkpoints[place];
    require_equal(fit(context), whole);
  }
}

}  // namespace adrep::test
