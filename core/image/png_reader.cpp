#include "core/image/png_reader.h"

#include <bit>
#include <cstring>
#include <new>

#include "core/base/error.h"

namespace adrep {

PngDecompress::PngDecompress(void* user, png_error_ptr on_error)
    : png(png_create_read_struct(PNG_LIBPNG_VER_STRING, user, on_error, [](png_structp, png_const_charp) {})),
      info(png ? png_create_info_struct(png) : nullptr) {}

PngDecompress::~PngDecompress() {
  png_destroy_read_struct(&png, &info, nullptr);
}

PngReader::PngReader(const ImageSource& source, std::istream& stream, const char* format)
    : source_(source), stream_(stream), format_(format), state_(this, on_error), png_(state_.png), info_(state_.info) {
  if (!info_) throw std::bad_alloc();
  guarded([&] {
    png_set_read_fn(png_, this, on_read);
    png_set_user_limits(png_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);  // check_size decides
    png_read_info(png_, info_);
  });
}

void PngReader::convert_to_rgb() {
  guarded([&] {
    if (colour_type() == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png_);
    if (colour_type() == PNG_COLOR_TYPE_GRAY && depth() < 8) png_set_expand_gray_1_2_4_to_8(png_);
    if (!(colour_type() & PNG_COLOR_MASK_COLOR)) png_set_gray_to_rgb(png_);
    png_set_strip_alpha(png_);
    png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
  });
}

void PngReader::convert_to_grey() {
  guarded([&] {
    png_set_expand_gray_1_2_4_to_8(png_);
    png_set_strip_alpha(png_);
    png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
  });
}

void PngReader::keep_values() {
  stored_depth_ = depth();
  guarded([&] {
    png_set_packing(png_);
    png_set_strip_alpha(png_);
    if constexpr (std::endian::native == std::endian::little) png_set_swap(png_);
    png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
  });
}

void PngReader::keep_all_channels() {
  stored_depth_ = colour_type() == PNG_COLOR_TYPE_PALETTE ? 8 : depth();
  guarded([&] {
    png_set_packing(png_);
    if (colour_type() == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png_);
    if constexpr (std::endian::native == std::endian::little) png_set_swap(png_);
    png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
  });
}

Image PngReader::read_image(int channels) {
  Image image(width(), height(), channels);
  ADREP_ASSERT(row_bytes() * static_cast<size_t>(image.height) == image.pixels.size(), "PNG rows of {} bytes",
               row_bytes());
  read_rows(image.pixels.data());
  return image;
}

Samples PngReader::read_samples() {
  const bool wide = stored_depth_ == 16;  // fewer bits are bytes by now
  Samples samples(width(), height(), channels(), stored_depth_);
  const size_t bytes = samples.values.size() * (wide ? 2 : 1);
  ADREP_ASSERT(row_bytes() * static_cast<size_t>(samples.height) == bytes, "PNG rows of {} bytes", row_bytes());
  if (wide) {
    read_rows(reinterpret_cast<uint8_t*>(samples.values.data()));
  } else {
    std::vector<uint8_t> stored(bytes);
    read_rows(stored.data());
    std::copy(stored.begin(), stored.end(), samples.values.begin());
  }
  return samples;
}

void PngReader::read_rows(uint8_t* first) {
  std::vector<png_bytep> rows(static_cast<size_t>(height()));
  for (size_t y = 0; y < rows.size(); ++y) rows[y] = first + y * row_bytes();
  guarded([&] {
    png_read_image(png_, rows.data());
    missing_ = "cut off at its end: every pixel is there, the closing chunk IEND is not";
    png_read_end(png_, nullptr);
  });
}

void PngReader::on_error(png_structp png, png_const_charp message) {
  static_cast<PngReader*>(png_get_error_ptr(png))->message_ = message;
  png_longjmp(png, 1);
}

void PngReader::on_read(png_structp png, png_bytep into, png_size_t size) {
  PngReader& reader = *static_cast<PngReader*>(png_get_io_ptr(png));
  if (!reader.stream_.read(reinterpret_cast<char*>(into), static_cast<std::streamsize>(size)))
    png_error(png, reader.missing_);
}

}  // namespace adrep
