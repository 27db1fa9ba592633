#pragma once
#include <filesystem>

#include "core/metrics/external_sort.h"
#include "core/metrics/score_groups.h"

namespace adrep {

/// Score groups of more pixels than fit into memory: images are added one by one, scores beyond the bound go to
/// temporary files in `folder` (4 bytes a normal pixel, 8 an anomalous one). The groups are those of ScoreRanking for
/// the same images in the same order, so every metric of them is equal bit for bit.
class StreamingScores final : public ScoreGroups {
 public:
  /// `memory`: bytes for scores, at least 64 KiB, else InputError; 16 bytes a ground-truth region come on top.
  StreamingScores(const std::filesystem::path& folder, int64_t memory);

  /// One image, [height, width]. Throws InputError for sizes that do not fit and for NaN or infinite scores (naming the
  /// image's index), before anything of it is taken.
  void add_image(std::span<const float> scores, std::span<const uint8_t> masks, int64_t height, int64_t width);

  const PixelTotals& totals() const override { return totals_; }
  /// No more images after the first call.
  void visit(const Visitor& visitor) override;

 private:
  int64_t images_ = 0;
  PixelTotals totals_;
  ExternalSort<uint32_t> normals_;    ///< inverted keys: the highest score comes first
  ExternalSort<uint64_t> anomalous_;  ///< inverted key above region
};

}  // namespace adrep
