#pragma once
#include <vector>

#include "core/image/tiles.h"
#include "datasets/dataset.h"

namespace adrep {

/// Where each sample's photograph lies in its square or, of tiles, in its map. Reads headers, in parallel, where that
/// depends on the photograph; throws InputError for one that cannot be read.
std::vector<Content> contents_of(const std::vector<Sample>& samples, const Geometry& geometry);

/// How a sample's photograph is cut; one tile of what cannot be read, which decoding then says.
TileGrid tiles_of(const Sample& sample, const Geometry& geometry);

}  // namespace adrep
