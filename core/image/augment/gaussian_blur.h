#pragma once
#include "core/image/image.h"

namespace adrep {

/// Pillow's ImageFilter.GaussianBlur: three extended box blurs of rows, then three of columns, 8 bit after each, edge
/// pixels repeated. It differs from a true Gaussian by several grey levels. sigma ≥ 0 in pixels; 0 changes nothing.
Image gaussian_blur(const Image& image, double sigma);

}  // namespace adrep
