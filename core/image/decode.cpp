#include "core/image/decode.h"

#include <array>
#include <cctype>
#include <limits>

#include "core/base/error.h"
#include "core/image/image_format.h"

namespace adrep {
namespace {

const ImageFormat& format_of(ImageSource& source, const std::filesystem::path& file) {
  std::array<char, 8> first{};
  source.stream().read(first.data(), first.size());
  const std::string_view start(first.data(), static_cast<size_t>(source.stream().gcount()));
  source.stream().clear();
  source.stream().seekg(0);
  for (const ImageFormat* format : {&jpeg_format, &png_format, &bmp_format, &tiff_format}) {
    if (format->matches(start)) return *format;
  }
  throw_input("{}: not a JPEG, PNG, BMP or TIFF image", file.string());
}

Image decode(const ImageFile& file, const DecodeLimits& limits, DecodeAs as) {
  ImageSource source(file, limits);
  return format_of(source, file.path).decode(source, as);
}

}  // namespace

Image decode_rgb(const ImageFile& file, const DecodeLimits& limits) {
  return decode(file, limits, DecodeAs::rgb);
}

Image decode_mask(const ImageFile& file, const DecodeLimits& limits) {
  return decode(file, limits, DecodeAs::mask);
}

std::vector<GreyValues> decode_grey_pages(const std::filesystem::path& file, const DecodeLimits& limits) {
  ImageSource source(file, limits);
  const ImageFormat& format = format_of(source, file);
  if (!format.decode_grey)
    throw_input("{}: a JPEG or BMP holds no scores: save them as npy, float32 TIFF or 16-bit PNG", file.string());
  return format.decode_grey(source);
}

GreyValues decode_grey(const std::filesystem::path& file, const DecodeLimits& limits) {
  std::vector<GreyValues> pages = decode_grey_pages(file, limits);
  if (pages.size() != 1)
    throw_input("{}: {} pages in a file of a folder: each file must hold one; give a stack as MAPS itself",
                file.string(), pages.size());
  return std::move(pages.front());
}

int64_t page_count(const std::filesystem::path& file) {
  ImageSource source(file, DecodeLimits{std::numeric_limits<int64_t>::max()});
  const ImageFormat& format = format_of(source, file);
  return format.count_pages ? format.count_pages(source) : 1;
}

ImageSize read_image_size(const std::filesystem::path& file) {
  return read_image_header(file).size;
}

ImageHeader read_image_header(const std::filesystem::path& file) {
  ImageSource source(file, DecodeLimits{std::numeric_limits<int64_t>::max()});
  return format_of(source, file).read_header(source);
}

bool is_image_name(const std::filesystem::path& file) {
  if (file.filename().string().starts_with("._")) return false;
  std::string extension = file.extension().string();
  for (char& letter : extension) letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  for (const char* known : {".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff"}) {
    if (extension == known) return true;
  }
  return false;
}

}  // namespace adrep
