#pragma once
// Samples of 8 to 16 bits made on the spot, and what decoding them must give.
#include <algorithm>
#include <cmath>

#include "core/image/samples.h"
#include "core/image/test_images.h"

namespace adrep::test {

inline Samples noise_samples(int width, int height, int channels, int bits, uint64_t seed) {
  Samples samples(width, height, channels, bits);
  Random random(seed);
  for (uint16_t& value : samples.values) value = static_cast<uint16_t>(random.below(uint64_t{1} << bits));
  return samples;
}

/// The part of `height` × `width` at (top, left); zeros where it lies outside.
inline Samples part_of(Samples whole, int top, int left, int height, int width) {
  Samples part(width, height, whole.channels, whole.bits);
  for (int y = 0; y < std::min(height, whole.height - top); ++y)
    std::copy_n(whole.row(top + y) + left * whole.channels, std::min(width, whole.width - left) * whole.channels,
                part.row(y));
  return part;
}

/// One channel alone.
inline Samples channel_of(const Samples& whole, int channel) {
  Samples one(whole.width, whole.height, 1, whole.bits);
  for (size_t i = 0; i < one.values.size(); ++i)
    one.values[i] = whole.values[i * static_cast<size_t>(whole.channels) + static_cast<size_t>(channel)];
  return one;
}

/// What decode_rgb says against a file; "" where it reads it.
inline std::string decode_error_of(const std::filesystem::path& file) {
  return input_error_of([&] { decode_rgb(file); });
}

/// The high bytes as RGB, alpha dropped.
inline std::vector<uint8_t> high_bytes(const Samples& samples) {
  std::vector<uint8_t> rgb;
  const auto channels = static_cast<size_t>(samples.channels);
  for (size_t i = 0; i < samples.values.size(); i += channels)
    for (size_t c = 0; c < 3; ++c)
      rgb.push_back(static_cast<uint8_t>(samples.values[i + (channels < 3 ? 0 : c)] >> (samples.bits - 8)));
  return rgb;
}

/// The largest colour on a scale to 255, rounded up.
inline std::vector<uint8_t> mask_values(const Samples& samples) {
  const double white = (1 << samples.bits) - 1;
  std::vector<uint8_t> mask;
  const auto channels = static_cast<size_t>(samples.channels);
  for (size_t i = 0; i < samples.values.size(); i += channels) {
    int most = 0;
    for (size_t c = 0; c < (channels < 3 ? 1 : 3); ++c) most = std::max<int>(most, samples.values[i + c]);
    mask.push_back(static_cast<uint8_t>(std::ceil(most * 255 / white)));
  }
  return mask;
}

/// A PNG of 8 or 16 bits.
inline std::string png_of(const Samples& samples) {
  constexpr int types[] = {PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA, PNG_COLOR_TYPE_RGB,
                           PNG_COLOR_TYPE_RGB_ALPHA};
  std::vector<uint8_t> rows;
  for (const uint16_t value : samples.values) {
    if (samples.bits == 16) rows.push_back(static_cast<uint8_t>(value >> 8));
    rows.push_back(static_cast<uint8_t>(value));
  }
  return PngFile{.width = samples.width,
                 .height = samples.height,
                 .depth = samples.bits,
                 .colour_type = types[samples.channels - 1]}
      .bytes(rows);
}

}  // namespace adrep::test
