#pragma once
#include "core/pretraining/norm_loss.h"

namespace adrep {

/// The pseudo-Huber norm sqrt(‖x‖² + 1) − 1 of every feature (paper Sec. 3.2). features [N, C] -> [N], in float32 for
/// 16-bit features.
at::Tensor pseudo_huber_radius(const at::Tensor& features);

/// The norm-oriented contrastive loss of every feature as the paper writes it (Eqs. 3, 5, 6): −logsig(−d)·e^d with
/// d = n − r for normal features and d = r + Δr − n for anomalous ones inside that radius, 0 for those outside. e^d is
/// differentiated; Eq. 4 as printed lacks a factor e^d in its first term and is not this gradient (protocol §6).
/// features [N, C], not centre-shifted; anomalous [N], 0 = normal -> [N]. Of the parameters r and delta_r are used.
/// Throws Error when the shapes do not fit or there are no features.
at::Tensor paper_norm_loss(const at::Tensor& features, const at::Tensor& anomalous, const NormLossParams& params = {});

}  // namespace adrep
