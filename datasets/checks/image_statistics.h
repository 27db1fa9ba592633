#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/image/decode.h"
#include "datasets/dataset.h"

namespace adrep {

/// What the images of one class are like, training and test images together.
struct ImageStatistics {
  std::string class_name;
  int64_t images = 0, unreadable = 0;
  int min_width = 0, max_width = 0, min_height = 0, max_height = 0;  ///< pixels
  std::array<double, 3> mean{}, deviation{};  ///< of red, green, blue over all pixels, 0 … 1; population deviation
  /// Anomalous pixels of each mask, as a share of its pixels, ascending.
  std::vector<double> anomalous_shares;
  int64_t wide_images = 0;  ///< of 16 bits
  ValueCounts values{};     ///< how often each value stands in them, as stored; empty without any
};

/// Reads every image and mask whole. Threads do not change the result. Throws Interrupted on Ctrl-C.
ImageStatistics image_statistics(const ClassSplit& split, int threads = 0,
                                 const std::function<void(size_t done)>& progress = {});

}  // namespace adrep
