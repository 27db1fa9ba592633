#pragma once
#include "benchmarks/feature_pictures/patch_maps.h"
#include "benchmarks/feature_pictures/scene.h"

namespace adrep {

/// Panels of all classes (paper Figures 3 and 5): a row for every class and method, a column for every kind of
/// features, normal patches blue, anomalous ones red, the parameters above.
Scene feature_picture(const std::vector<ClassPatches>& classes, const PictureConfig& config);

/// What was shown and how, one line each: the picture's heading.
std::vector<std::string> picture_caption(const std::vector<ClassPatches>& classes, const PictureConfig& config);

}  // namespace adrep
