// WebP through libwebp with its defaults, which are Pillow's: still images, alpha dropped.
#include <webp/decode.h>

#include "core/base/error.h"
#include "core/image/colour.h"
#include "core/image/image_format.h"

namespace adrep {
namespace {

constexpr const char* kWebp = "WebP";
constexpr uint64_t kLargestWebp = uint64_t{1} << 30;

struct WebpFile {
  std::string bytes;
  int width = 0, height = 0;
};

const uint8_t* address_of(const std::string& bytes) {
  return reinterpret_cast<const uint8_t*>(bytes.data());
}

/// The file whole, or its first bytes where the header is wanted.
WebpFile read_webp(ImageSource& source, uint64_t most) {
  if (source.bytes() > kLargestWebp) source.unsupported(kWebp, fmt::format("{} bytes", source.bytes()));
  WebpFile file;
  file.bytes.resize(std::min(source.bytes(), most));
  source.read(kWebp, file.bytes.data(), file.bytes.size());
  WebPBitstreamFeatures features;
  if (WebPGetFeatures(address_of(file.bytes), file.bytes.size(), &features) != VP8_STATUS_OK)
    source.corrupt(kWebp, "its header cannot be read");
  if (features.has_animation) source.unsupported(kWebp, "several frames");
  file.width = features.width;
  file.height = features.height;
  return file;
}

/// Whether all is there that the container announces.
bool is_whole(const std::string& bytes) {
  uint64_t size = 8;
  for (size_t i = 0; i < 4; ++i) size += uint64_t{static_cast<uint8_t>(bytes[4 + i])} << (8 * i);
  return size <= bytes.size();
}

bool is_webp(std::string_view first) {
  return first.size() >= 12 && first.starts_with("RIFF") && first.substr(8, 4) == "WEBP";
}

ImageHeader read_webp_header(ImageSource& source) {
  constexpr uint64_t enough = 4096;  // libwebp needs 30 bytes, more where metadata lie before the pixels
  const WebpFile file = read_webp(source, enough);
  return {.size = {file.width, file.height}};
}

Image decode_webp(ImageSource& source, const DecodeRequest& request) {
  const WebpFile file = read_webp(source, kLargestWebp);
  const auto width = static_cast<uint64_t>(file.width), height = static_cast<uint64_t>(file.height);
  source.check_size(kWebp, width, height, 0, 1);  // one colour needs hardly a byte
  if (!is_whole(file.bytes)) source.corrupt(kWebp, "the file is cut short");
  Image image(file.width, file.height, 3);
  if (!WebPDecodeRGBInto(address_of(file.bytes), file.bytes.size(), image.pixels.data(), image.pixels.size(),
                         3 * file.width))
    source.corrupt(kWebp, "its pixels cannot be decoded");
  return request.as == DecodeAs::mask ? largest_of(image) : image;
}

}  // namespace

const ImageFormat webp_format{is_webp, read_webp_header, decode_webp};

}  // namespace adrep
