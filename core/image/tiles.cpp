#include "core/image/tiles.h"

#include <cmath>

#include "core/base/error.h"
#include "core/image/bicubic.h"

namespace adrep {
namespace {

/// Where tiles begin along one axis.
std::vector<int> tile_starts(int length, int side) {
  const int room = length - side;
  const int further = static_cast<int>(std::ceil(room / ((1 - tile_overlap) * side)));
  std::vector<int> begins;
  for (int i = 0; i <= further; ++i)
    begins.push_back(further == 0 ? 0 : static_cast<int>(std::lround(static_cast<double>(i) * room / further)));
  return begins;
}

}  // namespace

TileGrid tile_grid(int width, int height, const Geometry& geometry) {
  const Content whole = content_of(width, height, geometry);
  TileGrid grid{whole.width, whole.height, geometry.crop, {}};
  for (const int top : tile_starts(whole.height, geometry.crop))
    for (const int left : tile_starts(whole.width, geometry.crop)) grid.places.push_back({left, top});
  return grid;
}

Image preprocess_tile(const Image& image, const Geometry& geometry, int tile) {
  const TileGrid grid = tile_grid(image.width, image.height, geometry);
  if (tile < 0 || tile >= grid.count())
    throw_input("an image of {} × {} has {} tiles, so no tile {}: it was replaced meanwhile", image.width, image.height,
                grid.count(), tile);
  const auto [left, top] = grid.places[static_cast<size_t>(tile)];
  return resize_bicubic(image, grid.width, grid.height, Window{left, top, grid.side, grid.side});
}

}  // namespace adrep
