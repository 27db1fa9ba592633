#include "detectors/uniad/masked_attention.h"

#include <cmath>
#include <limits>

#include "core/base/random.h"
#include "detectors/training/noise.h"

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
  return x * dropout_factors(x.sizes(), probability_, derive_seed(seed_ + calls_++, "dropout"), x.device());
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
