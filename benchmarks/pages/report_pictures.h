#pragma once
#include <string>

#include "benchmarks/run/examples.h"
#include "core/image/image.h"

namespace adrep {

/// An image as an address that an HTML page shows without any file or network.
std::string picture_address(const Image& image);

/// Example i of a cell as pictures: the image with its ground truth outlined, and the score map over the image.
Image example_image(const CellExamples& examples, int64_t i);
Image example_heat_map(const CellExamples& examples, int64_t i);

/// The colour scale of score maps, `width` × 12 pixels.
Image colour_scale(int width);

}  // namespace adrep
