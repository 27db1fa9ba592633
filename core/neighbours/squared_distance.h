#pragma once
#include <cstdint>

namespace adrep {

/// |a − b|² of two rows of `width` floats, summed in sixteen lanes: the same bits on every x86 machine, 0 for equal
/// rows.
float squared_distance(const float* a, const float* b, int64_t width);

/// distances[i] ← min(distances[i], |rows_i − centre|) for `count` contiguous rows. Returns the first i with the
/// largest distance afterwards.
int64_t lower_to_centre(const float* rows, int64_t count, int64_t width, const float* centre, float* distances);

}  // namespace adrep
