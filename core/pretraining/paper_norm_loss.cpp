#include "core/pretraining/paper_norm_loss.h"

#include <fmt/ranges.h>

#include "core/base/error.h"

namespace adrep {

at::Tensor pseudo_huber_radius(const at::Tensor& features) {
  const bool wide = features.scalar_type() == at::kFloat || features.scalar_type() == at::kDouble;
  const at::Tensor x = wide ? features : features.to(at::kFloat);
  return (x.square().sum(1) + 1).sqrt() - 1;
}

at::Tensor paper_norm_loss(const at::Tensor& features, const at::Tensor& anomalous, const NormLossParams& params) {
  if (features.dim() != 2 || features.size(0) < 1)
    throw_failure("the norm loss needs features [N, C], N ≥ 1, not [{}]", fmt::join(features.sizes(), ", "));
  if (anomalous.dim() != 1 || anomalous.size(0) != features.size(0))
    throw_failure("the norm loss needs one label for each of {} features, not labels [{}]", features.size(0),
                  fmt::join(anomalous.sizes(), ", "));
  const at::Tensor radius = pseudo_huber_radius(features), anomaly = anomalous.ne(0);
  const double boundary = params.r + params.delta_r;
  const at::Tensor distance = at::where(anomaly, boundary - radius, radius - params.r);
  const at::Tensor counted = anomaly.logical_not().logical_or(radius <= boundary);
  const at::Tensor d = at::where(counted, distance, 0);
  return at::where(counted, -at::log_sigmoid(-d) * d.exp(), 0);
}

}  // namespace adrep
