#include "detectors/masked_attention.h"

#include <cmath>
#include <limits>

#include "core/base/random.h"
#include "detectors/noise.h"

namespace adrep {

at::Tensor neighbour_mask(int64_t height, int64_t width, int64_t neighbours) {
  const int64_t reach = neighbours / 2;
  const at::Tensor position = at::arange(height * width, at::kLong);
  const at::Tensor row = position.floor_divide(width), column = position.remainder(width);
  const at::Tensor rows = (row.unsqueeze(1) - row).abs(), columns = (column.unsqueeze(1) - column).abs();
  return rows.le(reach).logical_and(columns.le(reach));
}

int64_t usable_neighbours(int64_t height, int64_t width, int64_t wanted) {
  for (int64_t side = wanted; side >= 1; side -= 2) {
    // the middle position sees least: ⌊(n − 1)/2⌋ to one side, ⌊n/2⌋ to the other
    if (side / 2 < height / 2 || side / 2 < width / 2) return side;
  }
  return 0;
}

at::Tensor Dropout::operator()(const at::Tensor& x) {
  if (probability_ <= 0) return x;
  const at::Tensor mask = dropout_mask(x.sizes(), probability_, derive_seed(seed_ + calls_++, "dropout"), x.device());
  return x * mask * (1 / (1 - probability_));
}

at::Tensor masked_attention(const TensorMap& weights, const std::string& prefix, int64_t heads, const at::Tensor& query,
                            const at::Tensor& key, const at::Tensor& value, const at::Tensor& blocked,
                            Dropout& dropout) {
  const at::Tensor& weight = weights.at(prefix + "in_proj_weight");
  const at::Tensor& bias = weights.at(prefix + "in_proj_bias");
  const int64_t width = weight.size(1), head = width / heads;
  const auto projected = [&](const at::Tensor& x, int64_t part) {  // [B, T, E] -> [B, heads, T, E / heads]
    const at::Tensor y = at::linear(x, weight.narrow(0, part * width, width), bias.narrow(0, part * width, width));
    return y.unflatten(2, {heads, head}).transpose(1, 2);
  };
  const at::Tensor q = projected(query, 0) * (1 / std::sqrt(static_cast<double>(head)));
  at::Tensor affinity = at::matmul(q, projected(key, 1).transpose(2, 3));  // [B, heads, T, T]
  if (blocked.defined()) affinity = affinity.masked_fill(blocked, -std::numeric_limits<double>::infinity());
  const at::Tensor attended = at::matmul(dropout(affinity.softmax(-1)), projected(value, 2));
  return at::linear(attended.transpose(1, 2).flatten(2), weights.at(prefix + "out_proj.weight"),
                    weights.at(prefix + "out_proj.bias"));
}

}  // namespace adrep
