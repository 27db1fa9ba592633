#pragma once
#include <ATen/ATen.h>

#include "core/base/schema.h"
#include "core/training/process_group.h"

namespace adrep {

/// The limits of the norm loss. Defaults: the published code.
struct NormLossParams {
  double r = 0.4;
  double delta_r = 0.75;
  double anomaly_fraction = 0.9;
  double inner_fraction = 0.99;

  static void declare(Schema<NormLossParams>& s);
};

/// The norm loss of one view of one level: the mean of each group, 0 for an empty one.
/// All are 0-dim tensors on the features' device; the losses carry gradients, the limits do not.
struct NormLoss {
  at::Tensor above;      ///< normal features outside r_max
  at::Tensor below;      ///< normal features inside r_min
  at::Tensor anomalous;  ///< anomalous features inside r_max + delta_r
  at::Tensor r_max;
  at::Tensor r_min;

  at::Tensor total() const { return above + below + anomalous; }
};

/// sqrt(‖x‖ + 1) − 1 of every feature (reference code; the paper squares the norm). features [N, C] -> [N], in float32
/// for 16-bit features. Its gradient at a zero feature is zero.
at::Tensor feature_radius(const at::Tensor& features);

/// The norm-oriented contrastive loss as the published code computes it (protocol §6): −logsig(−d)·e^d with e^d held
/// constant, where d is how far a feature is on the wrong side of its limit; r_max is the smaller of r and
/// anomaly_fraction · the smallest anomalous radius. features [N, C], not centre-shifted; anomalous [N], 0 = normal.
/// Of several processes each has its share of the features; limits and means are those of all features.
/// Nothing waits for the device when there is one process. Throws Error when the shapes do not fit or there are no
/// features.
NormLoss norm_loss(const at::Tensor& features, const at::Tensor& anomalous, const NormLossParams& params = {},
                   const ProcessGroup& group = {});

}  // namespace adrep
