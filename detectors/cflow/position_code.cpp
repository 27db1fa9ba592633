#include "detectors/cflow/position_code.h"

#include <cmath>

#include "core/base/error.h"

namespace adrep {

at::Tensor position_code(int64_t channels, int64_t height, int64_t width) {
  ADREP_ASSERT(channels > 0 && channels % 4 == 0, "a position code of {} channels", channels);
  const int64_t half = channels / 2;
  at::Tensor code = at::empty({channels, height, width});
  float* out = code.mutable_data_ptr<float>();
  for (int64_t c = 0; c < channels; ++c) {
    const double frequency = std::pow(1e4, -static_cast<double>(c % half / 2 * 2) / static_cast<double>(half));
    for (int64_t y = 0; y < height; ++y)
      for (int64_t x = 0; x < width; ++x) {
        const double angle = static_cast<double>(c < half ? x : y) * frequency;
        *out++ = static_cast<float>(c % 2 == 0 ? std::sin(angle) : std::cos(angle));
      }
  }
  return code;
}

}  // namespace adrep
