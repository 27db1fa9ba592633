#pragma once
#include <string>
#include <vector>

#include "core/features/feature_source.h"
#include "core/io/safetensors.h"

namespace adrep {

/// Throws Error unless there is at least one training image with at least one level of positive size.
void require_images(const FeatureSource& normals);

/// The same, and all values finite (require_finite).
void require_usable(const FeatureSource& normals);

/// Throws Error naming level, image and channel of the first NaN or infinite value.
/// features [B, C, H, W] of level `level` (from 0) of images `first_image`, …
void require_finite(const at::Tensor& features, int64_t level, int64_t first_image = 0);

/// Throws Error unless the levels have the shapes that the detector was fitted on, and finite values.
void require_fitted_shapes(const Levels& levels, const std::vector<LevelShape>& fitted);

/// One tensor of a detector's saved state. Throws InputError when it is missing or has not `dimensions` dimensions.
const at::Tensor& state_tensor(const TensorMap& state, const std::string& key, int64_t dimensions);

/// The level shapes as a tensor [L, 3] for the state, and back (InputError when it is none).
at::Tensor shapes_to_tensor(const std::vector<LevelShape>& shapes);
std::vector<LevelShape> shapes_from_state(const TensorMap& state, const std::string& key);

}  // namespace adrep
