#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "core/io/safetensors.h"

namespace adrep {

/// How a weight starts. `fan` is the number of inputs that one output sums over.
struct WeightStart {
  enum class Kind {
    normal,          ///< N(0, 1): learnable references (protocol §5)
    kaiming_normal,  ///< N(0, 2 / fan): Kaiming, fan-in, leaky-ReLU gain with slope 0 (protocol §5)
    fan_uniform,     ///< U(±1/√fan): torch's default of Linear and Conv1d, weights and biases
    xavier_uniform,  ///< U(±√(6 / (fan + outputs))): torch's MultiheadAttention, in_proj_weight
    zeros,           ///< torch's MultiheadAttention, both biases
  };
  Kind kind = Kind::zeros;
  int64_t fan = 1;
};

/// One weight of a projector: its key below the level's prefix, and its shape.
struct WeightSpec {
  std::string key;
  std::vector<int64_t> shape;
  WeightStart start;
};
using WeightSpecs = std::vector<WeightSpec>;

/// A starting value, float32; the seed alone decides it.
at::Tensor initial_weight(const WeightSpec& spec, uint64_t seed);

/// The weights whose keys begin with a prefix, by the rest of the key.
class WeightScope {
 public:
  WeightScope(const TensorMap& weights, std::string prefix) : weights_(&weights), prefix_(std::move(prefix)) {}
  /// Throws Error naming the key when there is none: files are checked when they are read.
  const at::Tensor& at(const std::string& key) const;
  /// nullptr when there is none.
  const at::Tensor* find(const std::string& key) const;
  WeightScope below(const std::string& key) const { return {*weights_, prefix_ + key + "."}; }

 private:
  const TensorMap* weights_;
  std::string prefix_;
};

}  // namespace adrep
