#include "detectors/scoring/tile_blend.h"

#include <algorithm>

namespace adrep {
namespace {

/// [side, side]: grows from the edges over the overlap, 1 in the middle.
at::Tensor tile_weights(int64_t side, const at::Device& device) {
  const double ramp = std::max(1.0, tile_overlap * static_cast<double>(side));
  const at::Tensor place = at::arange(side, at::kDouble);
  const at::Tensor edge = at::minimum(place + 1, static_cast<double>(side) - place);
  const at::Tensor weight = (edge / ramp).clamp_max(1).to(at::kFloat).to(device);
  return weight.unsqueeze(1) * weight.unsqueeze(0);
}

}  // namespace

Scores blended(const Scores& of_tiles, const std::vector<TileGrid>& photographs) {
  int64_t height = 0, width = 0, tiles = 0;
  for (const TileGrid& grid : photographs) {
    height = std::max<int64_t>(height, grid.height);
    width = std::max<int64_t>(width, grid.width);
    tiles += grid.count();
  }
  const at::Tensor& maps = of_tiles.maps;
  ADREP_ASSERT(maps.size(0) == tiles, "{} maps of {} tiles", maps.size(0), tiles);
  const auto count = std::ssize(photographs);
  Scores whole{
      at::zeros({count, height, width}, maps.options()), at::empty({count}, of_tiles.image_scores.options()), {}};
  const at::Tensor weights = tile_weights(maps.size(1), maps.device());
  int64_t first = 0;
  for (int64_t i = 0; i < count; ++i) {
    const TileGrid& grid = photographs[static_cast<size_t>(i)];
    const at::Tensor weight = at::zeros({grid.height, grid.width}, maps.options());
    const at::Tensor map = whole.maps[i].slice(0, 0, grid.height).slice(1, 0, grid.width);
    for (int64_t t = 0; t < grid.count(); ++t) {
      const auto [left, top] = grid.places[static_cast<size_t>(t)];
      map.slice(0, top, top + grid.side).slice(1, left, left + grid.side).add_(maps[first + t] * weights);
      weight.slice(0, top, top + grid.side).slice(1, left, left + grid.side).add_(weights);
    }
    map.div_(weight);
    whole.image_scores[i].copy_(of_tiles.image_scores.narrow(0, first, grid.count()).amax());
    first += grid.count();
  }
  return whole;
}

}  // namespace adrep
