#include "core/pretraining/norm_loss.h"

#include <fmt/ranges.h>

#include <limits>

#include "core/base/error.h"
#include "core/training/across_processes.h"

namespace adrep {
namespace {

/// Mean of −logsig(−d)·e^d over the selected features of all processes, 0 when there are none.
at::Tensor barrier(const at::Tensor& distance, const at::Tensor& selected, const ProcessGroup& group) {
  // e^d of a feature that is not selected may overflow, and inf · 0 would spoil the sum and its gradient
  const at::Tensor d = at::where(selected, distance, 0);
  const at::Tensor terms = -at::log_sigmoid(-d) * d.detach().exp();
  return sum_across(at::where(selected, terms, 0).sum(), group) / group.sum(selected.sum()).clamp_min(1);
}

}  // namespace

void NormLossParams::declare(Schema<NormLossParams>& s) {
  s.decides(Decides::fit);
  s.add(&NormLossParams::r, "r").more_than(0).doc("largest radius that normal features are drawn into");
  s.add(&NormLossParams::delta_r, "delta_r").at_least(0).doc("margin between that radius and the anomalous features");
  s.add(&NormLossParams::anomaly_fraction, "anomaly_fraction")
      .more_than(0)
      .doc("the radius is at most this fraction of the smallest anomalous feature's");
  s.add(&NormLossParams::inner_fraction, "inner_fraction")
      .at_least(0)
      .at_most(1)
      .doc("normal features inside this fraction of the radius are pushed outwards");
}

at::Tensor feature_radius(const at::Tensor& features) {
  const bool wide = features.scalar_type() == at::kFloat || features.scalar_type() == at::kDouble;
  const at::Tensor x = wide ? features : features.to(at::kFloat);
  return (at::linalg_vector_norm(x, 2, at::IntArrayRef{1}) + 1).sqrt() - 1;
}

NormLoss norm_loss(const at::Tensor& features, const at::Tensor& anomalous, const NormLossParams& params,
                   const ProcessGroup& group) {
  if (features.dim() != 2 || features.size(0) < 1)
    throw_failure("the norm loss needs features [N, C], N ≥ 1, not [{}]", fmt::join(features.sizes(), ", "));
  if (anomalous.dim() != 1 || anomalous.size(0) != features.size(0))
    throw_failure("the norm loss needs one label for each of {} features, not labels [{}]", features.size(0),
                  fmt::join(anomalous.sizes(), ", "));
  const at::Tensor radius = feature_radius(features), anomaly = anomalous.ne(0), normal = anomaly.logical_not();
  const double none = std::numeric_limits<double>::infinity();
  const at::Tensor smallest = group.smallest(at::where(anomaly, radius.detach(), none).min());

  NormLoss loss;
  loss.r_max = (smallest * params.anomaly_fraction).clamp_max(params.r);
  loss.r_min = loss.r_max * params.inner_fraction;
  const at::Tensor boundary = loss.r_max + params.delta_r;
  loss.above = barrier(radius - loss.r_max, normal.logical_and(radius > loss.r_max), group);
  loss.below = barrier(loss.r_min - radius, normal.logical_and(radius < loss.r_min), group);
  loss.anomalous = barrier(boundary - radius, anomaly.logical_and(radius < boundary), group);
  return loss;
}

}  // namespace adrep
