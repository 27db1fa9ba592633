#include "core/backbones/levels.h"

namespace adrep {

Levels Levels::to(const at::Device& device) const {
  Levels moved{{}, image_size, content};
  for (const at::Tensor& map : maps) moved.maps.push_back(map.to(device));
  return moved;
}

Levels Levels::narrow(int64_t first, int64_t count) const {
  Levels part{{}, image_size, content.defined() ? content.narrow(0, first, count) : content};
  for (const at::Tensor& map : maps) part.maps.push_back(map.narrow(0, first, count));
  return part;
}

Levels Levels::select(const std::vector<int64_t>& images) const {
  Levels chosen{{}, image_size};
  const at::Tensor index = at::tensor(images, at::kLong);
  if (content.defined()) chosen.content = content.index_select(0, index);
  for (const at::Tensor& map : maps) chosen.maps.push_back(map.index_select(0, index.to(map.device())));
  return chosen;
}

}  // namespace adrep
