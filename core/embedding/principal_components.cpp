#include "core/embedding/principal_components.h"

#include <fmt/ranges.h>

#include "core/base/error.h"

namespace adrep {

at::Tensor PrincipalComponents::project(const at::Tensor& points) const {
  return (points.to(at::kDouble) - mean).mm(directions.t());
}

PrincipalComponents principal_components(const at::Tensor& points, int64_t count) {
  if (points.dim() != 2 || points.size(0) < 2 || count < 1 || count > points.size(1))
    throw_failure("{} principal components need points [N, C], N ≥ 2, C ≥ {}, not [{}]", count, count,
                  fmt::join(points.sizes(), ", "));
  const at::Tensor x = points.to(at::kCPU, at::kDouble);
  if (!x.isfinite().all().item<bool>()) throw_failure("principal components need finite values");
  PrincipalComponents made;
  made.mean = x.mean(0);
  const at::Tensor centred = x - made.mean;
  const at::Tensor covariance = centred.t().mm(centred) / static_cast<double>(x.size(0) - 1);
  const auto [values, vectors] = at::linalg_eigh(covariance);  // ascending
  made.variances = values.flip(0).narrow(0, 0, count).clamp_min(0);
  const at::Tensor rows = vectors.t().flip(0).narrow(0, 0, count);
  const at::Tensor largest = rows.gather(1, rows.abs().argmax(1, true));
  made.directions = at::where(largest < 0, -rows, rows);
  const double whole = values.clamp_min(0).sum().item<double>();
  made.share = whole > 0 ? made.variances.sum().item<double>() / whole : 1;
  return made;
}

}  // namespace adrep
