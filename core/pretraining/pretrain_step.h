#pragma once
#include "core/base/stage_clock.h"
#include "core/pretraining/level_loss.h"
#include "core/pretraining/patch_labels.h"
#include "core/pretraining/radius_spread.h"
#include "core/representation/projector.h"
#include "core/representation/residual.h"

namespace adrep {

/// What a step of pretraining is made of.
struct PretrainStepParams {
  ProjectorParams projector;
  LevelLossParams loss;
  bool residual = true;  ///< off: the backbone's features go into the projectors
  Match match = Match::cosine;
  /// what the projectors compute in; weights and losses are float32 (published code: weights and moments are bfloat16)
  at::ScalarType computed_in = at::kFloat;
  int64_t label_pixels = angle_label_pixels;  ///< of the angle loss's labels, see counted_patch_labels
  int64_t memory_bytes = int64_t{256} << 20;  ///< bound for similarities, see angle_loss
};

/// The backbone's features of a batch of B images in two augmented views, and what belongs to them.
struct PretrainBatch {
  Levels view1, view2;                              ///< [B, C_l, H_l, W_l], the same positions
  std::vector<std::vector<at::Tensor>> references;  ///< of image i, level l: rows [K_i·H_l·W_l, C_l], K_i ≥ 1
  at::Tensor masks;                                 ///< [B, 1, S, S], 0 = normal
};

struct PretrainLosses {
  std::vector<LevelLoss> levels;
  std::vector<RadiusSpread> radii;  ///< of every level's outputs, both views, by the norm loss's labels
  at::Tensor total;                 ///< sum over the levels, 0-dim; its backward() gives the step's gradients
};

/// What goes into the projectors: residuals of both views, image by image with its own references, view 1 first.
/// -> [2B, C_l, H_l, W_l]
Levels pretrain_inputs(const PretrainBatch& batch, const PretrainStepParams& params);

/// One step from features, references and masks to the losses of all levels (protocol §6). weights: "l1_proj.…", leaves
/// that require gradients; centers [C_l], one a level. Both views go through a projector together. The clock is told
/// the stages "projector" (with the residuals) and "losses".
/// Of several processes each has a batch of as many images; the losses are those of all batches together, and the sum
/// of the processes' gradients is their gradient; the radii are of its own batch. Throws Error when the shapes do not
/// fit.
PretrainLosses pretrain_losses(const PretrainBatch& batch, const TensorMap& weights,
                               const std::vector<at::Tensor>& centers, const PretrainStepParams& params = {},
                               const ProcessGroup& group = {}, StageClock* clock = nullptr);

}  // namespace adrep
