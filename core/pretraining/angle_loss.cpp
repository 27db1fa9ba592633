#include "core/pretraining/angle_loss.h"

#include <fmt/ranges.h>

#include "core/base/error.h"
#include "core/pretraining/pair_log_sum_exp.h"
#include "core/training/across_processes.h"

namespace adrep {
namespace {

/// Centre-shifted and of length 1.
at::Tensor directions(const at::Tensor& features, const at::Tensor& center) {
  const bool wide = features.scalar_type() == at::kFloat || features.scalar_type() == at::kDouble;
  at::Tensor x = wide ? features : features.to(at::kFloat);
  if (center.defined()) x = x - center.to(x.options());
  return x / at::linalg_vector_norm(x, 2, at::IntArrayRef{1}, true).clamp_min(1e-12);
}

/// For every feature of both views the logarithm over those of the opposite label. The products of normal and anomalous
/// features serve both: their rows are the normal features' sums, their columns the anomalous ones'. Of several
/// processes each multiplies its own normal features with all anomalous ones, whose sums are then put together.
at::Tensor over_opposite(const at::Tensor& z, const at::Tensor& anomaly, double tau, int64_t memory_bytes,
                         const ProcessGroup& group) {
  const at::Tensor normal = anomaly.logical_not().nonzero().squeeze(1), anomalous = anomaly.nonzero().squeeze(1);
  const GatheredRows columns = gather_rows_across(z.index_select(0, anomalous), group);
  const PairLogSumExp sums = pair_log_sum_exp(z.index_select(0, normal) / tau, columns.rows,
                                              {.of_columns = true, .memory_bytes = memory_bytes});
  at::Tensor of_columns = sums.of_columns;
  if (!group.alone() && columns.rows.size(0) > 0)
    of_columns = gather_across(of_columns, group).logsumexp(0).narrow(0, columns.first, anomalous.size(0));
  const at::Tensor order = at::cat({normal, anomalous}), values = at::cat({sums.of_rows, of_columns});
  return at::zeros({z.size(0)}, values.options()).index_copy(0, order, values);
}

/// For every anchor the logarithm over all features of all processes but itself.
at::Tensor over_all(const at::Tensor& z, int64_t anchors, double tau, int64_t memory_bytes, const ProcessGroup& group) {
  at::Tensor columns = z;
  if (!group.alone()) {  // its own first, so that anchor i is column i
    const GatheredRows all = gather_rows_across(z, group);
    columns = at::cat({all.rows.narrow(0, all.first, z.size(0)), all.rows.narrow(0, 0, all.first),
                       all.rows.slice(0, all.first + z.size(0))});
  }
  return pair_log_sum_exp(z.narrow(0, 0, anchors) / tau, columns, {.without_self = true, .memory_bytes = memory_bytes})
      .of_rows;
}

void require_views(const at::Tensor& view1, const at::Tensor& view2, const at::Tensor& anomalous,
                   const at::Tensor& center) {
  if (view1.dim() != 2 || view1.size(0) < 1 || view1.sizes() != view2.sizes())
    throw_failure("the angle loss needs two views [N, C], N ≥ 1, not [{}] and [{}]", fmt::join(view1.sizes(), ", "),
                  fmt::join(view2.sizes(), ", "));
  if (anomalous.dim() != 1 || anomalous.size(0) != view1.size(0))
    throw_failure("the angle loss needs one label for each of {} features, not labels [{}]", view1.size(0),
                  fmt::join(anomalous.sizes(), ", "));
  if (center.defined() && (center.dim() != 1 || center.size(0) != view1.size(1)))
    throw_failure("the angle loss needs a centre of {} channels, not [{}]", view1.size(1),
                  fmt::join(center.sizes(), ", "));
}

}  // namespace

void AngleLossParams::declare(Schema<AngleLossParams>& s) {
  s.decides(Decides::fit);
  s.add(&AngleLossParams::tau, "tau").more_than(0).doc("temperature τ that cosines are divided by");
  s.add(&AngleLossParams::anchors, "anchors")
      .one_of({"both", "first"})
      .doc("views whose features are anchors: both (published code) or first (paper)");
  s.add(&AngleLossParams::negatives, "negatives")
      .one_of({"opposite", "all"})
      .doc("opposite: features of the other label (Eq. 2); all: plain InfoNCE (Eq. 1)");
  s.add(&AngleLossParams::center_shift, "center_shift").doc("angles are seen from the centre of the normal features");
}

at::Tensor angle_loss(const at::Tensor& view1, const at::Tensor& view2, const at::Tensor& anomalous,
                      const at::Tensor& center, const AngleLossParams& params, int64_t memory_bytes,
                      const ProcessGroup& group) {
  require_views(view1, view2, anomalous, center);
  const at::Tensor shift = params.center_shift ? center : at::Tensor();
  const at::Tensor z1 = directions(view1, shift), z2 = directions(view2, shift), z = at::cat({z1, z2});
  const int64_t n = view1.size(0), anchors = params.anchors == "both" ? 2 * n : n;
  const at::Tensor positive = (z1 * z2).sum(1) / params.tau;
  const at::Tensor sums =
      params.negatives == "opposite"
          ? over_opposite(z, anomalous.ne(0).repeat({2}), params.tau, memory_bytes, group).narrow(0, 0, anchors)
          : over_all(z, anchors, params.tau, memory_bytes, group);
  return mean_across(sums, group) - mean_across(positive, group);
}

}  // namespace adrep
