#pragma once
#include <ATen/ATen.h>

#include "core/base/schema.h"
#include "core/training/process_group.h"

namespace adrep {

/// Defaults: the published code (C).
struct AngleLossParams {
  double tau = 0.15;
  std::string anchors = "both";
  std::string negatives = "opposite";
  bool center_shift = true;

  static void declare(Schema<AngleLossParams>& s);
};

/// Angle-oriented contrastive loss of one level (paper Eq. 2; protocol §6): for every anchor the logarithm of
/// Σ exp(cosine / τ) over features of the opposite label of both views, minus cosine / τ to the same position of the
/// other view; mean over the anchors. Anchors are the features of both views (C) or of the first (P). With
/// negatives=all it is plain InfoNCE (Eq. 1), whose sum counts every feature but the anchor.
/// view1, view2 [N, C], the same positions; anomalous [N], 0 = normal; center [C], subtracted when center_shift is on.
/// The similarities are made in chunks of at most `memory_bytes`, forwards and backwards. 16-bit features are computed
/// in float32. Without a feature of the opposite label the value is −inf, and there is no use for its gradient.
/// Of several processes each has its share of the positions, as many as the others; the loss is that of all together,
/// and each process's gradient the one by way of its features (core/training/across_processes.h).
/// -> 0-dim tensor. Throws Error when the shapes do not fit or there are no features.
at::Tensor angle_loss(const at::Tensor& view1, const at::Tensor& view2, const at::Tensor& anomalous,
                      const at::Tensor& center, const AngleLossParams& params = {},
                      int64_t memory_bytes = int64_t{256} << 20, const ProcessGroup& group = {});

}  // namespace adrep
