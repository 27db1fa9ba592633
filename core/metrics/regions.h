#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "core/metrics/metric.h"

namespace adrep {

/// The region of runs that are outside of every metric.
inline constexpr uint32_t no_region = 0xffffffffu;

/// A horizontal run of anomalous pixels, [begin, end) in row-major order over all images.
struct PixelRun {
  int64_t begin = 0, end = 0;
  uint32_t region = 0;
};

/// The connected ground-truth regions of a set of masks, numbered in the order in which a row-by-row scan meets them.
struct Regions {
  std::vector<PixelRun> runs;       ///< in pixel order; empty images have none
  std::vector<int64_t> areas;       ///< [regions], pixels
  std::vector<int32_t> images;      ///< [regions], the image a region lies in
  std::vector<PixelRun> outside{};  ///< pixels in no metric, in pixel order, their region is no_region; mostly none

  int64_t count() const { return static_cast<int64_t>(areas.size()); }
  int64_t pixels() const;
  /// Of `all` pixels those that are neither anomalous nor outside.
  int64_t normal_pixels(int64_t all) const;
  /// All that is not normal, in pixel order: runs and outside.
  std::vector<PixelRun> marked() const;
};

/// Whether pixels that touch at a corner belong together.
enum class Connectivity { eight, four };

/// Union-find over runs, images in parallel: O(pixels). Any mask value but 0 is anomalous; of ScoredPixels, those that
/// are outside_pixel are not.
Regions find_regions(std::span<const uint8_t> masks, int64_t images, int64_t height, int64_t width,
                     Connectivity connectivity = Connectivity::eight, int threads = 0);
Regions find_regions(const ScoredPixels& pixels, Connectivity connectivity = Connectivity::eight, int threads = 0);

}  // namespace adrep
