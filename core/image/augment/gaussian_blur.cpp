#include "core/image/augment/gaussian_blur.h"

#include <algorithm>
#include <cmath>

#include "core/base/error.h"

namespace adrep {
namespace {

constexpr int passes = 3;

/// The box radius whose `passes` extended boxes have the variance sigma² (Gwosdek et al. 2011, Eqs. 7, 11, 14), in
/// float32 as in Pillow.
float box_radius(float sigma) {
  const float variance = sigma * sigma / passes;
  const auto length = static_cast<float>(std::sqrt(12.0 * variance + 1.0));
  const auto whole = static_cast<float>(std::floor((length - 1.0) / 2.0));
  float fraction = (2 * whole + 1) * (whole * (whole + 1) - 3 * variance);
  fraction /= 6 * (variance - (whole + 1) * (whole + 1));
  return whole + fraction;
}

/// 24-bit fixed-point weights of a box: of the pixels inside, and of the two at its ends.
struct Box {
  int radius;
  uint32_t inside, end;
};

Box box_of(float radius) {
  constexpr uint32_t one = 1U << 24;
  Box box{static_cast<int>(radius), static_cast<uint32_t>(static_cast<float>(one) / (radius * 2 + 1)), 0};
  box.end = (one - static_cast<uint32_t>(box.radius * 2 + 1) * box.inside) / 2;
  return box;
}

/// One box blur of `count` values that lie `stride` apart; `line` is working memory of that many.
void blur_line(uint8_t* values, int count, size_t stride, const Box& box, std::vector<uint8_t>& line) {
  for (int i = 0; i < count; ++i) line[static_cast<size_t>(i)] = values[static_cast<size_t>(i) * stride];
  const auto value = [&](int i) -> uint32_t { return line[static_cast<size_t>(std::clamp(i, 0, count - 1))]; };
  uint32_t sum = 0;
  for (int i = -box.radius; i <= box.radius; ++i) sum += value(i);
  for (int i = 0; i < count; ++i) {
    const uint32_t ends = value(i - box.radius - 1) + value(i + box.radius + 1);
    values[static_cast<size_t>(i) * stride] =
        static_cast<uint8_t>((sum * box.inside + ends * box.end + (1U << 23)) >> 24);
    sum += value(i + box.radius + 1) - value(i - box.radius);
  }
}

}  // namespace

Image gaussian_blur(const Image& image, double sigma) {
  ADREP_ASSERT(sigma >= 0, "a blur of {} pixels", sigma);
  if (sigma == 0 || image.pixels.empty()) return image;
  const Box box = box_of(box_radius(static_cast<float>(sigma)));
  Image blurred = image;
  std::vector<uint8_t> line(static_cast<size_t>(std::max(image.width, image.height)));
  const auto channels = static_cast<size_t>(image.channels), row_stride = channels * static_cast<size_t>(image.width);
  for (int pass = 0; pass < passes; ++pass)
    for (int y = 0; y < image.height; ++y)
      for (size_t c = 0; c < channels; ++c) blur_line(blurred.at(y, 0) + c, image.width, channels, box, line);
  for (int pass = 0; pass < passes; ++pass)
    for (int x = 0; x < image.width; ++x)
      for (size_t c = 0; c < channels; ++c) blur_line(blurred.at(0, x) + c, image.height, row_stride, box, line);
  return blurred;
}

}  // namespace adrep
