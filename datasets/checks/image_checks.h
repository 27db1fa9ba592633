#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/maps/mask_facts.h"
#include "datasets/checks/verification.h"

namespace adrep {

/// One image under verification.
struct CheckedImage {
  const Sample* sample;
  const ClassSplit* split;
  bool training;
  std::string content;            ///< hash of the image's bytes; empty when it cannot be decoded
  std::optional<MaskFacts> mask;  ///< of the mask of an anomalous image that can be decoded
  std::vector<Problem> problems;  ///< of the image and its mask

  CheckedImage(const Sample& of, const ClassSplit& in, bool is_training)
      : sample(&of), split(&in), training(is_training) {}
};

/// Decodes the image and its mask whole, fills in `content` and `problems` and gives the mask to options.with_mask.
void check_image(const Dataset& dataset, CheckedImage& image, const VerifyOptions& options = {});

/// Adds the images with the same bytes as another, each once: the later one in byte-wise order, the test image before
/// the training image, the anomalous one before the normal one.
void find_duplicates(const std::vector<CheckedImage>& images, std::vector<Problem>& problems);

}  // namespace adrep
