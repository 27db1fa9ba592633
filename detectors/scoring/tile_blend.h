#pragma once
#include <vector>

#include "core/image/tiles.h"
#include "detectors/detector.h"

namespace adrep {

/// Scores of photographs from those of their tiles, which follow each other photograph by photograph. Where tiles
/// overlap a map is their mean, weighted by the distance from the tiles' edges; an image score is the largest of its
/// tiles. maps [N, H, W] with the largest photograph's size, 0 beyond smaller ones.
Scores blended(const Scores& of_tiles, const std::vector<TileGrid>& photographs);

}  // namespace adrep
