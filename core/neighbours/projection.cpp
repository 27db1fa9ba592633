#include "core/neighbours/projection.h"

#include <cmath>

#include "core/base/error.h"
#include "core/base/vector_clones.h"
#include "core/neighbours/rounding.h"

namespace adrep {
namespace {

constexpr int64_t coordinate_lanes = 16;

/// η of projection.h; the Frobenius norm, computed in double, is at least ‖VᵀV − I‖.
double coordinate_error(const at::Tensor& directions) {
  const at::Tensor v = directions.to(at::kDouble);
  const at::Tensor excess = v.t().mm(v) - at::eye(v.size(1), v.options());
  const double omega = at::linalg_vector_norm(excess).item<double>() * (1 + 1e-6) + 1e-12;
  const double sums = std::sqrt(static_cast<double>(v.size(1))) * sum_rounding(v.size(0));
  return (sums + omega) * (1 + omega);
}

/// a·b in sixteen lanes; width a multiple of 16, or the lanes would not stay in registers.
[[gnu::always_inline]] inline float lane_product(const float* a, const float* b, int64_t width) {
  float sums[coordinate_lanes] = {};
  for (int64_t i = 0; i < width; i += coordinate_lanes)
    for (int64_t lane = 0; lane < coordinate_lanes; ++lane) sums[lane] += a[i + lane] * b[i + lane];
  for (int64_t half = coordinate_lanes / 2; half > 0; half /= 2)
    for (int64_t lane = 0; lane < half; ++lane) sums[lane] += sums[lane + half];
  return sums[0];
}

ADREP_VECTOR_CLONES int64_t keep_closer(const CloserBound& of, const float* products, float limit, int32_t* columns,
                                        int64_t count) {
  const int64_t width = of.width;
  const float rest = of.coarse_query[width - 1];
  int64_t kept = 0;
  for (int64_t i = 0; i < count; ++i) {
    const int64_t row = columns[i];
    const float product = products[row] - rest * of.coarse[row * width + width - 1] +
                          lane_product(of.fine_query, of.fine + row * width, width);
    columns[kept] = static_cast<int32_t>(row);
    kept += of.norms[row] - 2 * product < limit;
  }
  return kept;
}

}  // namespace

Projection::Projection(at::Tensor directions)
    : directions_(std::move(directions)),
      inexact_(coordinate_error(directions_)),
      filter_(PairFilter::with_slack(squared_distance_rounding(directions_.size(0)) + 4 * inexact_)) {
  ADREP_ASSERT(directions_.size(1) % 2 == 0 && width() % coordinate_lanes == 0,
               "{} directions: twice one less than a multiple of {} are needed", directions_.size(1), coordinate_lanes);
}

ProjectedRows Projection::of(const at::Tensor& x, const at::Tensor& squares) const {
  const int64_t half = directions_.size(1) / 2;
  const at::Tensor along = x.mm(directions_);  // [n, D]
  const at::Tensor spare = squares * (3 * inexact_ + squared_distance_rounding(directions_.size(0)));
  at::Tensor left = squares;
  const auto with_rest = [&](const at::Tensor& part) {
    left = left - part.square().sum(1);
    return at::cat({part, (left.clamp_min(0) + spare).sqrt_().unsqueeze(1)}, 1);
  };
  const at::Tensor coarse = with_rest(along.narrow(1, 0, half));
  return {coarse, with_rest(along.narrow(1, half, half)), filter_.shrunken(squares)};
}

ProjectedRows joined(const std::vector<ProjectedRows>& parts) {
  std::vector<at::Tensor> coarse, fine, norms;
  for (const ProjectedRows& part : parts) {
    coarse.push_back(part.coarse);
    fine.push_back(part.fine);
    norms.push_back(part.norms);
  }
  return {at::cat(coarse), at::cat(fine), at::cat(norms)};
}

int64_t CloserBound::keep_below(const float* products, float limit, int32_t* columns, int64_t count) const {
  return keep_closer(*this, products, limit, columns, count);
}

}  // namespace adrep
