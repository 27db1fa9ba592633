#include "core/features/levels.h"

namespace adrep {

Levels Levels::to(const at::Device& device) const {
  Levels moved{{}, image_size};
  for (const at::Tensor& map : maps) moved.maps.push_back(map.to(device));
  return moved;
}

}  // namespace adrep
