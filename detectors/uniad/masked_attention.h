#pragma once
#include <ATen/ATen.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/io/safetensors.h"

namespace adrep {

/// The sides of a rectangle around a position, both odd.
struct Neighbourhood {
  int64_t rows = 7, columns = 7;
  bool operator==(const Neighbourhood&) const = default;
};

/// Which positions of a grid may not attend to which: true for a position and those in this rectangle around it (UniAD
/// Sec. 3.2; the reference code has rows and columns). bool [H·W, H·W].
at::Tensor neighbour_mask(int64_t height, int64_t width, const Neighbourhood& neighbours);

/// The wanted rectangle, made smaller by its longer side, by both when they are equal, until every position of the grid
/// has something to attend to; none for a grid of one position.
std::optional<Neighbourhood> usable_neighbours(int64_t height, int64_t width, Neighbourhood wanted);

/// Random zeros in training: the mask of each call is decided by each image's seed and the number of calls before, not
/// by the images beside it.
class Dropout {
 public:
  Dropout() = default;  ///< none
  Dropout(double probability, std::vector<uint64_t> seeds) : probability_(probability), seeds_(std::move(seeds)) {}
  /// x [n · B, …] for the seeds of B images.
  at::Tensor operator()(const at::Tensor& x);

 private:
  double probability_ = 0;
  std::vector<uint64_t> seeds_;
  uint64_t calls_ = 0;
};

/// Multi-head attention with the parameters of torch's MultiheadAttention below `prefix`: in_proj_weight, in_proj_bias,
/// out_proj.{weight,bias}. query [B or 1, T, E], key and value [B, T, E], blocked bool [T, T] or undefined -> [B, T,
/// E].
at::Tensor masked_attention(const TensorMap& weights, const std::string& prefix, int64_t heads, const at::Tensor& query,
                            const at::Tensor& key, const at::Tensor& value, const at::Tensor& blocked,
                            Dropout& dropout);

}  // namespace adrep
