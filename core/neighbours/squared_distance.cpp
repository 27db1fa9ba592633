#include "core/neighbours/squared_distance.h"

#include <algorithm>
#include <cmath>

#include "core/base/vector_clones.h"

namespace adrep {
namespace {

constexpr int64_t lanes = 16;

[[gnu::always_inline]] inline float lane_sum(const float* a, const float* b, int64_t width) {
  float sums[lanes] = {};
  int64_t i = 0;
  for (; i + lanes <= width; i += lanes) {
    for (int64_t lane = 0; lane < lanes; ++lane) {
      const float difference = a[i + lane] - b[i + lane];
      sums[lane] += difference * difference;
    }
  }
  for (int64_t lane = 0; i + lane < width; ++lane) {
    const float difference = a[i + lane] - b[i + lane];
    sums[lane] += difference * difference;
  }
  for (int64_t half = lanes / 2; half > 0; half /= 2)
    for (int64_t lane = 0; lane < half; ++lane) sums[lane] += sums[lane + half];
  return sums[0];
}

}  // namespace

ADREP_VECTOR_CLONES float squared_distance(const float* a, const float* b, int64_t width) {
  return lane_sum(a, b, width);
}

ADREP_VECTOR_CLONES int64_t lower_to_centre(const float* rows, int64_t count, int64_t width, const float* centre,
                                            float* distances) {
  int64_t farthest = 0;
  for (int64_t i = 0; i < count; ++i) {
    distances[i] = std::min(distances[i], std::sqrt(lane_sum(rows + i * width, centre, width)));
    if (distances[i] > distances[farthest]) farthest = i;
  }
  return farthest;
}

}  // namespace adrep
