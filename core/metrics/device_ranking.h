#pragma once
#include <ATen/ATen.h>

#include "core/metrics/score_groups.h"

namespace adrep {

/// The score groups of maps on any device, which they do not leave: only the scores of anomalous pixels with their
/// counts of normal pixels, some per cent of all, come to the CPU. The groups are those of ScoreRanking for the same
/// pixels, so every metric of them is equal bit for bit. About 20 bytes a pixel on the device.
class DeviceRanking final : public ScoreGroups {
 public:
  /// scores [N, H, W] float32 on any device; masks [N, H, W] uint8 on the CPU, not 0 = anomalous.
  /// Throws InputError for shapes or types that do not fit, and for NaN or infinite scores (naming the image's index).
  DeviceRanking(const at::Tensor& scores, const at::Tensor& masks);

  const PixelTotals& totals() const override { return totals_; }
  void visit(const Visitor& visitor) override;

 private:
  PixelTotals totals_;
  at::Tensor scores_;        ///< [A] float32 of the anomalous pixels, descending, then by region
  at::Tensor regions_;       ///< [A] int32
  at::Tensor above_, tied_;  ///< [A] int64, normal pixels above and with this score
};

}  // namespace adrep
