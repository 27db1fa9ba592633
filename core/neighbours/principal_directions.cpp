#include "core/neighbours/principal_directions.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/base/random.h"

namespace adrep {
namespace {

constexpr int64_t most_rows = 1024, spare_directions = 8;

at::Tensor normal_values(int64_t rows, int64_t columns) {
  at::Tensor values = at::empty({rows, columns});
  Random random(derive_seed(0, "principal directions"));
  float* value = values.mutable_data_ptr<float>();
  for (int64_t i = 0; i < values.numel(); ++i) value[i] = static_cast<float>(random.normal());
  return values;
}

at::Tensor orthonormal(const at::Tensor& columns) {
  return std::get<0>(at::linalg_qr(columns));
}

}  // namespace

at::Tensor principal_directions(const at::Tensor& rows, const at::Tensor& mean, int64_t count) {
  ADREP_ASSERT(count >= 1 && count <= rows.size(1), "{} directions of {}", count, rows.size(1));
  const int64_t step = (rows.size(0) + most_rows - 1) / most_rows;
  const at::Tensor x = rows.slice(0, 0, rows.size(0), step) - mean;  // [S, C]
  const at::Tensor mixed = normal_values(x.size(0), std::min(count + spare_directions, x.size(1)));
  const at::Tensor drawn = orthonormal(x.t().mm(mixed));
  const at::Tensor directions = orthonormal(x.t().mm(x.mm(drawn)));  // once more; further turns gain little
  const at::Tensor along = x.mm(directions).to(at::kDouble);
  const at::Tensor order = std::get<1>(at::linalg_eigh(along.t().mm(along)));  // ascending
  const at::Tensor turned = directions.to(at::kDouble).mm(order.flip(1)).narrow(1, 0, count);
  return orthonormal(turned).to(at::kFloat).contiguous();
}

}  // namespace adrep
