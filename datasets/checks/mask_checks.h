#pragma once
#include <string>
#include <vector>

#include "datasets/checks/image_checks.h"

namespace adrep {

/// Adds what is wrong with the mask of an anomalous image, `file` relative to the root, and keeps its facts.
/// `any_value`: its values number the defects.
void check_mask(const Image& mask, const std::string& file, bool any_value, CheckedImage& image);

/// Adds what only the masks of a class together show: they mark most of their images, or only some training images have
/// a foreground mask.
void check_masks_together(const std::vector<ClassSplit>& classes, const std::vector<CheckedImage>& images,
                          std::vector<Problem>& problems);

}  // namespace adrep
