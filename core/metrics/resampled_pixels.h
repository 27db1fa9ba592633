#pragma once
#include <vector>

#include "core/metrics/pixel_metrics.h"
#include "core/metrics/regions.h"

namespace adrep {

/// The exact pixel metrics of multisets of the same images, for a bootstrap: the pixels are sorted once, with the image
/// each belongs to, and a multiset is one walk over them in which an image counts as often as it was drawn. The values
/// are those of exact_pixel_metrics on copies of the drawn images (regions of an image drawn twice count twice), but
/// for the order in which regions are added up.
class ResampledPixels {
 public:
  /// O(pixels · log(pixels)); 12 bytes a pixel while it sorts, then 4. Throws InputError for sizes that do not fit, and
  /// for NaN or infinite scores (naming the image's index).
  explicit ResampledPixels(const ScoredPixels& pixels, int threads = 0);

  /// `images`: indices, in any order and number. O(pixels). May be called from several threads at once.
  PixelMetrics metrics_of(std::span<const int64_t> images, const std::vector<double>& limits) const;

 private:
  class Drawn;
  /// One distinct score of anomalous pixels, descending.
  struct Group {
    float score = 0;
    int64_t above_end = 0, tied_end = 0;  ///< ends of the normal pixels with a higher score, and with this one
    size_t regions_end = 0;
  };
  void add_groups(const ScoredPixels& pixels, const std::vector<uint64_t>& normals);

  Regions regions_;
  std::vector<int64_t> image_normals_;  ///< [images]
  std::vector<uint32_t> normals_;       ///< [normal pixels], the image of each, by descending score
  std::vector<Group> groups_;
  std::vector<RegionCount> counts_;  ///< of all groups
};

}  // namespace adrep
