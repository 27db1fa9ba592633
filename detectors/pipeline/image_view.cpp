#include "detectors/pipeline/image_view.h"

#include <array>

#include "core/base/error.h"

namespace adrep {
namespace {

constexpr int longest_view_side = 1 << 15;

/// Bytes of a pixel, and which of them are red, green and blue.
struct PixelBytes {
  int count = 3;
  std::array<int, 3> rgb{};
};

PixelBytes pixel_bytes(PixelOrder order) {
  switch (order) {
    case PixelOrder::rgb:
      return {3, {0, 1, 2}};
    case PixelOrder::bgr:
      return {3, {2, 1, 0}};
    case PixelOrder::rgba:
      return {4, {0, 1, 2}};
    case PixelOrder::bgra:
      return {4, {2, 1, 0}};
    case PixelOrder::grey:
      return {1, {0, 0, 0}};
  }
  throw_input("pixel order {} is none: rgb, bgr, rgba, bgra or grey", static_cast<int>(order));
}

/// The region as it is, or all of the image where it is left out.
RegionOfInterest checked_region(const ImageView& view) {
  const RegionOfInterest& region = view.region;
  if (region.left == 0 && region.top == 0 && region.width == 0 && region.height == 0)
    return {0, 0, view.width, view.height};
  // by subtraction: sums of a caller's numbers may overflow
  const auto inside = [](int start, int length, int side) {
    return start >= 0 && start < side && length >= 1 && length <= side - start;
  };
  if (!inside(region.left, region.width, view.width) || !inside(region.top, region.height, view.height))
    throw_input(
        "the region of interest, {} × {} pixels from ({}, {}), is not inside the image of {} × {}: give one that is, "
        "or none for all of it",
        region.width, region.height, region.left, region.top, view.width, view.height);
  return region;
}

/// Bytes from one row to the next.
std::ptrdiff_t checked_stride(const ImageView& view, int bytes_per_pixel) {
  const std::ptrdiff_t row = std::ptrdiff_t{view.width} * bytes_per_pixel;
  if (view.stride == 0) return row;
  if (view.stride < row)
    throw_input("a stride of {} bytes is shorter than a row of {} pixels of {} bytes: it needs at least {}, or 0",
                view.stride, view.width, bytes_per_pixel, row);
  return view.stride;
}

}  // namespace

Image rgb_image(const ImageView& view) {
  if (!view.pixels) throw_input("an image without pixels: the pointer to them is null");
  if (view.width < 1 || view.height < 1 || view.width > longest_view_side || view.height > longest_view_side)
    throw_input("an image of {} × {} pixels: each side must be from 1 to {}", view.width, view.height,
                longest_view_side);
  const PixelBytes bytes = pixel_bytes(view.order);
  const std::ptrdiff_t stride = checked_stride(view, bytes.count);
  const RegionOfInterest region = checked_region(view);
  Image image(region.width, region.height, 3);
  for (int y = 0; y < region.height; ++y) {
    const uint8_t* from = view.pixels + (region.top + y) * stride + std::ptrdiff_t{region.left} * bytes.count;
    uint8_t* into = image.at(y, 0);
    for (int x = 0; x < region.width; ++x, from += bytes.count)
      for (const int channel : bytes.rgb) *into++ = from[channel];
  }
  return image;
}

}  // namespace adrep
