#pragma once
#include "core/pretraining/angle_loss.h"
#include "core/pretraining/norm_loss.h"

namespace adrep {

/// How the losses of a level are put together.
struct LevelLossParams {
  std::string norm_form = "code";
  bool use_angle = true;
  bool use_norm = true;
  double lambda = 1;
  AngleLossParams angle;
  NormLossParams norm;

  /// Declares its own fields; angle's and norm's are declared by their structs.
  static void declare(Schema<LevelLossParams>& s);
};

/// The losses of one level; 0-dim tensors. Switched-off parts are undefined.
struct LevelLoss {
  at::Tensor angle;
  at::Tensor norm1, norm2;      ///< of the two views
  at::Tensor total;             ///< what is differentiated
  bool angle_left_out = false;  ///< the angle loss was NaN or infinite and is no part of the total
};

/// norm_form=code (C): λ·angle + norm(view 1) + norm(view 2). norm_form=paper (P, Eq. 7): half of the same sum with the
/// paper's norm loss, which is λ/2 · mean angle over N + mean norm over 2N. An angle loss that is NaN or infinite (no
/// feature of one label) is left out.
/// view1, view2 [N, C]; labels [N], 0 = normal, of the two rules; center [C]. Arguments as in angle_loss;
/// of several processes each has its share of the features, and the losses are those of all together.
LevelLoss level_loss(const at::Tensor& view1, const at::Tensor& view2, const at::Tensor& angle_labels,
                     const at::Tensor& norm_labels, const at::Tensor& center, const LevelLossParams& params = {},
                     int64_t memory_bytes = int64_t{256} << 20, const ProcessGroup& group = {});

}  // namespace adrep
