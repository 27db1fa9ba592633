#include "core/image/samples.h"

#include <algorithm>
#include <array>

#include "core/image/mask_rule.h"

namespace adrep {
namespace {

void count_colours(const Samples& samples, size_t colours, ValueCounts& counts) {
  const auto channels = static_cast<size_t>(samples.channels);
  for (size_t i = 0; i < samples.values.size(); i += channels)
    for (size_t c = 0; c < colours; ++c) ++counts[samples.values[i + c]];
}

}  // namespace

void take_rgb_of_ycc(Samples& samples) {
  const int64_t most = (int64_t{1} << samples.bits) - 1, middle = int64_t{1} << (samples.bits - 1);
  constexpr int64_t half = 1 << 15;  // of the 16 bits behind the point
  for (size_t i = 0; i + 2 < samples.values.size(); i += static_cast<size_t>(samples.channels)) {
    uint16_t* pixel = &samples.values[i];
    const int64_t y = pixel[0], cb = pixel[1] - middle, cr = pixel[2] - middle;
    const std::array<int64_t, 3> rgb{y + ((91881 * cr + half) >> 16), y + ((-22554 * cb - 46802 * cr + half) >> 16),
                                     y + ((116130 * cb + half) >> 16)};
    for (size_t c = 0; c < 3; ++c) pixel[c] = static_cast<uint16_t>(std::clamp<int64_t>(rgb[c], 0, most));
  }
}

Image image_of(const Samples& samples, const DecodeRequest& request) {
  const auto channels = static_cast<size_t>(samples.channels);
  const size_t colours = samples.channels < 3 ? 1 : 3;
  if (request.counts && samples.bits == 16) count_colours(samples, colours, *request.counts);
  Image image(samples.width, samples.height, request.as == DecodeAs::mask ? 1 : 3);
  const uint16_t* from = samples.values.data();
  for (uint8_t *into = image.pixels.data(), *end = into + image.pixels.size(); into != end;
       into += image.channels, from += channels) {
    if (request.as == DecodeAs::mask) {
      *into = mask_value(*std::max_element(from, from + colours), samples.bits);
    } else {
      for (size_t c = 0; c < 3; ++c) into[c] = eight_bits_of(from[colours == 1 ? 0 : c], samples.bits, request.reading);
    }
  }
  return image;
}

}  // namespace adrep
