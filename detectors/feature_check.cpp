#include "detectors/feature_check.h"

#include "core/base/error.h"

namespace adrep {

void require_images(const FeatureSource& normals) {
  if (normals.size() < 1) throw Error("no training image: a detector needs at least one normal image to be fitted");
  if (normals.shapes().empty()) throw Error("the features have no level: choose at least one layer of the backbone");
  for (const LevelShape& shape : normals.shapes())
    if (shape.channels < 1 || shape.positions() < 1) throw Error("a level of the features is empty");
}

void require_usable(const FeatureSource& normals) {
  require_images(normals);
  for (int64_t l = 0; l < std::ssize(normals.shapes()); ++l)
    for (int64_t image = 0; image < normals.size(); ++image) require_finite(normals.level(l, image, 1), l, image);
}

void require_finite(const at::Tensor& features, int64_t level, int64_t first_image) {
  if (features.numel() == 0) return;
  // NaN and infinity pass on to the span of the values, which needs no copy of them, unlike their sum in double
  if ((features.amax() - features.amin()).isfinite().item<bool>()) return;
  const at::Tensor bad = features.isfinite().logical_not().nonzero();
  if (bad.size(0) == 0) return;
  const at::Tensor first = bad[0].cpu().contiguous();
  const int64_t* at = first.const_data_ptr<int64_t>();
  throw_failure(
      "features: NaN or infinite value in level {}, image {}, channel {}, row {}, column {} (all counted from 0): "
      "check the weights and the image",
      level, first_image + at[0], at[1], at[2], at[3]);
}

void require_fitted_shapes(const Levels& levels, const std::vector<LevelShape>& fitted) {
  if (levels.count() != static_cast<int64_t>(fitted.size()))
    throw_failure("the detector was fitted on {} levels, these features have {}", fitted.size(), levels.count());
  for (int64_t l = 0; l < levels.count(); ++l) {
    const LevelShape& shape = fitted[static_cast<size_t>(l)];
    const at::Tensor& map = levels[l];
    if (map.dim() != 4 || map.size(1) != shape.channels || map.size(2) != shape.height || map.size(3) != shape.width)
      throw_failure(
          "level {}: the detector was fitted on {}x{}x{} features, these are {}: take the same backbone and image size",
          l, shape.channels, shape.height, shape.width, fmt::join(map.sizes().slice(1), "x"));
    require_finite(map, l);
  }
}

const at::Tensor& state_tensor(const TensorMap& state, const std::string& key, int64_t dimensions) {
  const auto place = state.find(key);
  if (place == state.end())
    throw_input("detector state: '{}' is missing: the file is of another detector or version", key);
  if (place->second.dim() != dimensions)
    throw_input("detector state: '{}' has {} dimensions, expected {}", key, place->second.dim(), dimensions);
  return place->second;
}

at::Tensor shapes_to_tensor(const std::vector<LevelShape>& shapes) {
  at::Tensor tensor = at::empty({static_cast<int64_t>(shapes.size()), 3}, at::kLong);
  int64_t* row = tensor.mutable_data_ptr<int64_t>();
  for (const LevelShape& shape : shapes) {
    *row++ = shape.channels;
    *row++ = shape.height;
    *row++ = shape.width;
  }
  return tensor;
}

std::vector<LevelShape> shapes_from_state(const TensorMap& state, const std::string& key) {
  const at::Tensor tensor = state_tensor(state, key, 2).to(at::kCPU, at::kLong).contiguous();
  if (tensor.size(1) != 3) throw_input("detector state: '{}' is no list of level shapes", key);
  std::vector<LevelShape> shapes;
  const int64_t* row = tensor.const_data_ptr<int64_t>();
  for (int64_t l = 0; l < tensor.size(0); ++l, row += 3) shapes.push_back({row[0], row[1], row[2]});
  return shapes;
}

}  // namespace adrep
