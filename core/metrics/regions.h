#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "core/metrics/metric.h"

namespace adrep {

/// A horizontal run of anomalous pixels, [begin, end) in row-major order over all images.
struct PixelRun {
  int64_t begin = 0, end = 0;
  uint32_t region = 0;
};

/// The connected ground-truth regions of a set of masks, numbered in the order in which a row-by-row scan meets them.
struct Regions {
  std::vector<PixelRun> runs;   ///< in pixel order; empty images have none
  std::vector<int64_t> areas;   ///< [regions], pixels
  std::vector<int32_t> images;  ///< [regions], the image a region lies in

  int64_t count() const { return static_cast<int64_t>(areas.size()); }
  int64_t pixels() const;
};

/// Whether pixels that touch at a corner belong together.
enum class Connectivity { eight, four };

/// Union-find over runs, images in parallel: O(pixels). Any mask value but 0 is anomalous.
Regions find_regions(std::span<const uint8_t> masks, int64_t images, int64_t height, int64_t width,
                     Connectivity connectivity = Connectivity::eight, int threads = 0);
Regions find_regions(const ScoredPixels& pixels, Connectivity connectivity = Connectivity::eight, int threads = 0);

}  // namespace adrep
