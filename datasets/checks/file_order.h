#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "datasets/dataset.h"

/// Photographs are numbered as they were taken, and neighbours show the same part or the same light. Where anomalous
/// images are farther from the training images in that order than normal ones, a detector may have learnt the order.
namespace adrep {

/// How well the distance of a test image's place in natural file order to the nearest training image tells anomalous
/// from normal images. Places are those among all files whose names differ in their numbers alone, whatever folder they
/// are in; test images whose name is like no training image's are left out.
struct FileOrder {
  double auroc = 0;  ///< in [0, 1]; 0.5: order says nothing
  int64_t normal = 0, anomalous = 0;

  /// At least 0.7, and three standard deviations above what chance gives for so many images.
  bool separates() const;
};

/// None without a normal and an anomalous test image to compare.
std::optional<FileOrder> file_order_of(const ClassSplit& split);

/// One line where file order alone separates the test images, else "".
std::string file_order_note(const ClassSplit& split);

}  // namespace adrep
