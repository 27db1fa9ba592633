#pragma once
#include <memory>
#include <optional>
#include <vector>

#include "core/maps/array.h"
#include "core/maps/map_pairs.h"

namespace adrep::python {

/// Score maps in memory with what belongs to them, in stacks of any sizes.
struct StackPair {
  ArrayStack maps;
  std::optional<ArrayStack> masks;  ///< none: these images have none
};

/// What may stand beside the maps, each empty or one an image.
struct BesideMaps {
  std::vector<double> image_scores;
  std::vector<int64_t> labels;  ///< 0: normal, else anomalous
};

/// Images are called by their number over all stacks. Throws InputError for numbers of images that differ, and for
/// image scores that are not finite.
std::shared_ptr<const MapSource> array_source(std::vector<StackPair> stacks, BesideMaps beside);

}  // namespace adrep::python
