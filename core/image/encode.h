#pragma once
#include <filesystem>
#include <string>

#include "core/image/image.h"

namespace adrep {

/// PNG bytes of a grey or RGB image; the same bytes every time.
std::string encode_png(const Image& image);
/// JPEG bytes of an RGB or grey image.
std::string encode_jpeg(const Image& image, int quality = 90);

}  // namespace adrep
