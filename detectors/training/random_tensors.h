#pragma once
#include <ATen/ATen.h>

#include <cstdint>

#include "core/base/random.h"

namespace adrep {

/// Random tensors drawn value by value from `random`: the same on every machine and with every number of threads.
/// All are float32 on the CPU.
at::Tensor normal_tensor(at::IntArrayRef shape, Random& random, double deviation = 1);
at::Tensor uniform_tensor(at::IntArrayRef shape, double low, double high, Random& random);

/// Numbers 0, …, count − 1 in random order: int64 [count].
at::Tensor random_order(int64_t count, Random& random);

/// A rotation drawn uniformly (Haar) from SO(n): [n, n], from the QR decomposition of a normal matrix in double.
at::Tensor random_rotation(int64_t n, Random& random);

/// torch's initial weights [outputs, inputs] of layers: bound or deviation from the numbers of inputs and outputs.
at::Tensor xavier_uniform(int64_t outputs, int64_t inputs, Random& random);
at::Tensor xavier_normal(int64_t outputs, int64_t inputs, Random& random);
/// Weights and bias of a linear layer by default: uniform within 1/√inputs.
at::Tensor linear_default(at::IntArrayRef shape, int64_t inputs, Random& random);

}  // namespace adrep
