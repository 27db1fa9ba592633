#pragma once
#include <array>
#include <vector>

#include "core/image/preprocess.h"

namespace adrep {

/// The least part of a tile's side that it shares with the next one.
inline constexpr double tile_overlap = 0.25;

/// The squares that a photograph is cut into with Fit::tiles, row by row, evenly spaced from edge to edge.
struct TileGrid {
  int width = 0, height = 0;               ///< of the photograph once its shorter side is `resize`
  int side = 0;                            ///< of a tile
  std::vector<std::array<int, 2>> places;  ///< left and top of each

  int64_t count() const { return static_cast<int64_t>(places.size()); }
};

/// Throws InputError when the photograph is too narrow for the geometry.
TileGrid tile_grid(int width, int height, const Geometry& geometry);

/// One tile of an RGB image -> RGB [crop, crop]: the same pixels as those of preprocess_image's whole photograph.
Image preprocess_tile(const Image& image, const Geometry& geometry, int tile);

}  // namespace adrep
