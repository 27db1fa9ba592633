#pragma once
#include "core/maps/array.h"
#include "core/maps/map_pairs.h"

namespace adrep {

/// Images of two stacks, [N, H, W] each; called by their index. Throws InputError for different numbers of images.
std::shared_ptr<const MapSource> stack_source(ArrayStack maps, ArrayStack masks);

}  // namespace adrep
