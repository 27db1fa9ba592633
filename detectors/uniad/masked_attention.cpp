#include "detectors/uniad/masked_attention.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/random.h"
#include "detectors/training/noise.h"

namespace adrep {

at::Tensor neighbour_mask(int64_t height, int64_t width, const Neighbourhood& neighbours) {
  const at::Tensor position = at::arange(height * width, at::kLong);
  const at::Tensor row = position.floor_divide(width), column = position.remainder(width);
  const at::Tensor rows = (row.unsqueeze(1) - row).abs(), columns = (column.unsqueeze(1) - column).abs();
  return rows.le(neighbours.rows / 2).logical_and(columns.le(neighbours.columns / 2));
}

std::optional<Neighbourhood> usable_neighbours(int64_t height, int64_t width, Neighbourhood wanted) {
  // the middle position sees least: ⌊(n − 1)/2⌋ to one side, ⌊n/2⌋ to the other
  while (wanted.rows / 2 >= height / 2 && wanted.columns / 2 >= width / 2) {
    const int64_t longer = std::max(wanted.rows, wanted.columns);
    if (longer == 1) return std::nullopt;
    if (wanted.rows == longer) wanted.rows -= 2;
    if (wanted.columns == longer) wanted.columns -= 2;
  }
  return wanted;
}

at::Tensor Dropout::operator()(const at::Tensor& x) {
  if (probability_ <= 0) return x;
  std::vector<uint64_t> seeds;
  for (const uint64_t seed : seeds_) seeds.push_back(derive_seed(seed + calls_, "dropout"));
  ++calls_;
  return x * dropout_factors(x.sizes(), probability_, seeds, x.device());
}

at::Tensor masked_attention(const TensorMap& weights, const std::string& prefix, int64_t heads, const at::Tensor& query,
                            const at::Tensor& key, const at::Tensor& value, const at::Tensor& blocked,
                            Dropout& dropout) {
  const at::Tensor& weight = weights.at(prefix + "in_proj_weight");
  const int64_t batch = key.size(0), width = weight.size(1), head = width / heads;
  // parts of one split: their gradients go into one tensor, where those of slices would be summed, each as large
  const std::vector<at::Tensor> maps = weight.split(width), shifts = weights.at(prefix + "in_proj_bias").split(width);
  const auto projected = [&](const at::Tensor& x, size_t part) {  // [B, T, E] -> [B · heads, T, E / heads]
    const at::Tensor y = at::linear(x, maps[part], shifts[part]).unflatten(2, {heads, head}).transpose(1, 2);
    return y.expand({batch, heads, -1, head}).reshape({batch * heads, -1, head});
  };
  const at::Tensor q = projected(query, 0), k = projected(key, 1), v = projected(value, 2);
  at::Tensor allowed = at::zeros({q.size(1), k.size(1)}, q.options());  // 0, or −∞ where blocked
  if (blocked.defined()) allowed.masked_fill_(blocked, -std::numeric_limits<double>::infinity());
  const at::Tensor affinity =
      at::baddbmm(allowed, q, k.transpose(1, 2), /*beta=*/1, /*alpha=*/1 / std::sqrt(static_cast<double>(head)));
  const at::Tensor attended = at::bmm(dropout(affinity.softmax(-1)), v);  // [B · heads, T, E / heads]
  return at::linear(attended.unflatten(0, {batch, heads}).transpose(1, 2).flatten(2),
                    weights.at(prefix + "out_proj.weight"), weights.at(prefix + "out_proj.bias"));
}

}  // namespace adrep
