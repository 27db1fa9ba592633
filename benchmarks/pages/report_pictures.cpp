#include "benchmarks/pages/report_pictures.h"

#include <cstring>

#include "core/drawing/page.h"
#include "core/image/colour_map.h"
#include "core/image/encode.h"

namespace adrep {
namespace {

constexpr std::array<uint8_t, 3> truth_colour = {64, 224, 208};

Image mask_of(const CellExamples& examples, int64_t i) {
  const at::Tensor mask = examples.masks[i].contiguous();
  Image image(static_cast<int>(mask.size(1)), static_cast<int>(mask.size(0)), 1);
  std::memcpy(image.pixels.data(), mask.const_data_ptr(), image.pixels.size());
  return image;
}

Image plain_image(const CellExamples& examples, int64_t i) {
  const at::Tensor pixels = examples.images[i].contiguous();
  Image image(static_cast<int>(pixels.size(1)), static_cast<int>(pixels.size(0)), 3);
  std::memcpy(image.pixels.data(), pixels.const_data_ptr(), image.pixels.size());
  return image;
}

}  // namespace

std::string picture_address(const Image& image) {
  return html::data_address("image/jpeg", encode_jpeg(image, 88));
}

Image example_image(const CellExamples& examples, int64_t i) {
  Image image = plain_image(examples, i);
  draw_outline(image, mask_of(examples, i), truth_colour);
  return image;
}

Image example_heat_map(const CellExamples& examples, int64_t i) {
  Image overlay = heat_overlay(plain_image(examples, i), examples.maps[i].contiguous().const_data_ptr<float>(),
                               examples.low, examples.high);
  draw_outline(overlay, mask_of(examples, i), truth_colour);
  return overlay;
}

Image colour_scale(int width) {
  Image scale(width, 12, 3);
  for (int row = 0; row < scale.height; ++row)
    for (int column = 0; column < width; ++column) {
      const auto colour = heat_colour(static_cast<double>(column) / (width - 1));
      std::copy(colour.begin(), colour.end(), scale.at(row, column));
    }
  return scale;
}

}  // namespace adrep
