#include "core/image/decode.h"

#include <array>
#include <cctype>
#include <limits>

#include "core/base/error.h"
#include "core/image/exif.h"
#include "core/image/foreign_formats.h"
#include "core/image/image_format.h"
#include "core/image/orientation.h"

namespace adrep {
namespace {

const ImageFormat& format_of(ImageSource& source, const std::filesystem::path& file) {
  std::array<char, 16> first{};
  source.stream().read(first.data(), first.size());
  const std::string_view start(first.data(), static_cast<size_t>(source.stream().gcount()));
  source.stream().clear();
  source.stream().seekg(0);
  for (const ImageFormat* format : {&jpeg_format, &png_format, &bmp_format, &tiff_format, &webp_format, &jp2_format}) {
    if (format->matches(start)) return *format;
  }
  if (const std::string_view name = foreign_format(start); !name.empty())
    throw_input("{}: {} is not read: convert it to PNG or JPEG", file.string(), name);
  throw_input("{}: not a JPEG, PNG, BMP, TIFF, WebP or JPEG 2000 image", file.string());
}

ImageSource any_content(const std::filesystem::path& file) {
  return {ImageFile(file), DecodeLimits{std::numeric_limits<int64_t>::max()}};
}

}  // namespace

Image decode_rgb(const ImageFile& file, const DecodeLimits& limits) {
  ImageSource source(file, limits);
  Image image = format_of(source, file.path).decode(source, {.as = DecodeAs::rgb, .reading = file.reading});
  return file.reading.upright ? upright(std::move(image), exif_orientation(source.stream())) : image;
}

Image decode_mask(const ImageFile& file, const DecodeLimits& limits) {
  ImageSource source(file, limits);
  return format_of(source, file.path).decode(source, {.as = DecodeAs::mask});
}

Image decode_mask_of(const ImageFile& mask, const ImageFile& image) {
  Image decoded = decode_mask(mask);
  if (!image.reading.upright) return decoded;
  const ImageHeader header = read_image_header(image.path);
  const bool as_stored = header.size == ImageSize{decoded.width, decoded.height};
  return as_stored ? upright(std::move(decoded), header.orientation) : decoded;
}

ValueCounts count_values(const std::filesystem::path& file) {
  ImageSource source(ImageFile(file), {});
  const ImageFormat& format = format_of(source, file);
  if (format.read_header(source).bits != 16) return {};
  source.stream().clear();
  source.stream().seekg(0);
  ValueCounts counts(size_t{1} << 16);
  format.decode(source, {.as = DecodeAs::rgb, .counts = &counts});
  return counts;
}

std::vector<GreyValues> decode_grey_pages(const std::filesystem::path& file, const DecodeLimits& limits) {
  ImageSource source(file, limits);
  const ImageFormat& format = format_of(source, file);
  if (!format.decode_grey)
    throw_input("{}: a JPEG, JPEG 2000, BMP or WebP holds no scores: save them as npy, float32 TIFF or 16-bit PNG",
                file.string());
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

ImageSize read_image_size(const ImageFile& file) {
  ImageSource source = any_content(file.path);
  const ImageSize size = format_of(source, file.path).read_header(source).size;
  const bool on_its_side = file.reading.upright && turned(exif_orientation(source.stream()));
  return on_its_side ? ImageSize{size.height, size.width} : size;
}

ImageHeader read_image_header(const std::filesystem::path& file) {
  ImageSource source = any_content(file);
  ImageHeader header = format_of(source, file).read_header(source);
  header.orientation = exif_orientation(source.stream());
  return header;
}

bool is_image_name(const std::filesystem::path& file) {
  if (file.filename().string().starts_with("._")) return false;
  std::string extension = file.extension().string();
  for (char& letter : extension) letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  for (const char* known : {".jpg", ".jpeg", ".jfif", ".png", ".bmp", ".tif", ".tiff", ".webp", ".jp2", ".j2k"}) {
    if (extension == known) return true;
  }
  return false;
}

}  // namespace adrep
