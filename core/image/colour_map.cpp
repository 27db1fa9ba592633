#include "core/image/colour_map.h"

#include <algorithm>
#include <cmath>

#include "core/base/error.h"

namespace adrep {
namespace {

// rising lightness, linearly interpolated
constexpr std::array<std::array<double, 3>, 9> steps = {{{10, 12, 60},
                                                         {52, 20, 110},
                                                         {104, 28, 129},
                                                         {156, 46, 121},
                                                         {205, 66, 95},
                                                         {239, 99, 64},
                                                         {252, 145, 46},
                                                         {252, 196, 72},
                                                         {252, 245, 160}}};

double grey_of(const uint8_t* pixel) {
  return 0.299 * pixel[0] + 0.587 * pixel[1] + 0.114 * pixel[2];
}

}  // namespace

std::array<uint8_t, 3> heat_colour(double value) {
  const double position = std::clamp(value, 0.0, 1.0) * static_cast<double>(steps.size() - 1);
  const size_t below = std::min(static_cast<size_t>(position), steps.size() - 2);
  const double part = position - static_cast<double>(below);
  std::array<uint8_t, 3> colour{};
  for (size_t c = 0; c < 3; ++c)
    colour[c] = static_cast<uint8_t>(std::lround(steps[below][c] + part * (steps[below + 1][c] - steps[below][c])));
  return colour;
}

Image heat_overlay(const Image& image, const float* scores, double low, double high) {
  ADREP_ASSERT(image.channels == 3, "{} channels", image.channels);
  Image overlay(image.width, image.height, 3);
  const double range = high > low ? high - low : 1;
  const size_t pixels = static_cast<size_t>(image.width) * static_cast<size_t>(image.height);
  for (size_t i = 0; i < pixels; ++i) {
    const double value = std::clamp((static_cast<double>(scores[i]) - low) / range, 0.0, 1.0);
    const double opacity = 0.25 + 0.6 * value, grey = grey_of(&image.pixels[3 * i]);
    const std::array<uint8_t, 3> heat = heat_colour(value);
    for (size_t c = 0; c < 3; ++c)
      overlay.pixels[3 * i + c] = static_cast<uint8_t>(std::lround((1 - opacity) * grey + opacity * heat[c]));
  }
  return overlay;
}

void draw_outline(Image& image, const Image& mask, const std::array<uint8_t, 3>& colour) {
  ADREP_ASSERT(mask.width == image.width && mask.height == image.height && mask.channels == 1,
               "the mask does not fit the image");
  const auto inside = [&](int row, int column) {
    return row >= 0 && column >= 0 && row < mask.height && column < mask.width && *mask.at(row, column) != 0;
  };
  for (int row = 0; row < mask.height; ++row)
    for (int column = 0; column < mask.width; ++column) {
      const bool beside =
          inside(row - 1, column) || inside(row + 1, column) || inside(row, column - 1) || inside(row, column + 1);
      if (beside && !inside(row, column)) std::copy(colour.begin(), colour.end(), image.at(row, column));
    }
}

}  // namespace adrep
