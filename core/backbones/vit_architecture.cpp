#include "core/backbones/vit_architecture.h"

namespace adrep {

double VitArchitecture::flops(int64_t height, int64_t width_of_image) const {
  const auto patches = static_cast<double>(shapes(height, width_of_image).front().positions());
  const double tokens = patches + static_cast<double>(prefix_tokens());
  const auto d = static_cast<double>(width), h = static_cast<double>(hidden);
  const double stem = patches * d * static_cast<double>(3 * patch * patch);
  const double linear = tokens * (4 * d * d + (gated ? 3 : 2) * d * h), attention = 2 * tokens * tokens * d;
  return 2 * (stem + static_cast<double>(blocks_used()) * (linear + attention));
}

}  // namespace adrep
