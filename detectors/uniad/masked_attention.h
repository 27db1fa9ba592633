#pragma once
#include <ATen/ATen.h>

#include <cstdint>
#include <string>

#include "core/io/safetensors.h"

namespace adrep {

/// Which positions of a grid may not attend to which: true for a position and the neighbours in a square of side
/// `neighbours` (odd) around it (UniAD Sec. 3.2). bool [H·W, H·W].
at::Tensor neighbour_mask(int64_t height, int64_t width, int64_t neighbours);

/// The largest odd side up to `wanted` that leaves every position of the grid something to attend to, 0 for a grid of
/// one position.
int64_t usable_neighbours(int64_t height, int64_t width, int64_t wanted);

/// Random zeros in training: the mask of each call is decided by the seed and the number of calls before.
class Dropout {
 public:
  Dropout() = default;  ///< none
  Dropout(double probability, uint64_t seed) : probability_(probability), seed_(seed) {}
  at::Tensor operator()(const at::Tensor& x);

 private:
  double probability_ = 0;
  uint64_t seed_ = 0;
  uint64_t calls_ = 0;
};

/// Multi-head attention with the parameters of torch's MultiheadAttention below `prefix`: in_proj_weight, in_proj_bias,
/// out_proj.{weight,bias}. query [B or 1, T, E], key and value [B, T, E], blocked bool [T, T] or undefined -> [B, T,
/// E].
at::Tensor masked_attention(const TensorMap& weights, const std::string& prefix, int64_t heads, const at::Tensor& query,
                            const at::Tensor& key, const at::Tensor& value, const at::Tensor& blocked,
                            Dropout& dropout);

}  // namespace adrep
