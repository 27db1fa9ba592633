// PNG through libpng.
#include <png.h>

#include <algorithm>
#include <array>
#include <new>

#include "core/base/error.h"
#include "core/image/colour.h"
#include "core/image/image_format.h"
#include "core/image/mask_rule.h"

namespace adrep {
namespace {

constexpr const char* kPng = "PNG";
constexpr uint64_t kPngRatio = 1040;  // deflate's best is 1032

/// libpng's state; released also when reading the header fails.
struct PngDecompress {
  png_structp png;
  png_infop info;

  PngDecompress(void* user, png_error_ptr on_error)
      : png(png_create_read_struct(PNG_LIBPNG_VER_STRING, user, on_error, [](png_structp, png_const_charp) {})),
        info(png ? png_create_info_struct(png) : nullptr) {}
  ~PngDecompress() { png_destroy_read_struct(&png, &info, nullptr); }
  PngDecompress(const PngDecompress&) = delete;
  PngDecompress& operator=(const PngDecompress&) = delete;
};

/// One decompression, reading from an ImageSource, with its errors as InputError.
class PngReader {
 public:
  explicit PngReader(ImageSource& source)
      : source_(source), state_(this, on_error), png_(state_.png), info_(state_.info) {
    if (!info_) throw std::bad_alloc();
    guarded([&] {
      png_set_read_fn(png_, this, on_read);
      png_set_user_limits(png_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);  // check_size decides
      png_read_info(png_, info_);
    });
  }

  int width() const { return static_cast<int>(png_get_image_width(png_, info_)); }
  int height() const { return static_cast<int>(png_get_image_height(png_, info_)); }
  int depth() const { return png_get_bit_depth(png_, info_); }
  int channels() const { return png_get_channels(png_, info_); }
  int colour_type() const { return png_get_color_type(png_, info_); }
  size_t row_bytes() const { return png_get_rowbytes(png_, info_); }

  /// Up to 8 bits of whatever is stored become 8-bit RGB.
  void convert_to_rgb() {
    guarded([&] {
      if (colour_type() == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png_);
      if (colour_type() == PNG_COLOR_TYPE_GRAY && depth() < 8) png_set_expand_gray_1_2_4_to_8(png_);
      if (!(colour_type() & PNG_COLOR_MASK_COLOR)) png_set_gray_to_rgb(png_);
      png_set_strip_alpha(png_);
      png_set_interlace_handling(png_);
      png_read_update_info(png_, info_);
    });
  }

  /// Grey without alpha as 8 bits; fewer bits are scaled.
  void convert_to_grey() {
    guarded([&] {
      png_set_expand_gray_1_2_4_to_8(png_);
      png_set_strip_alpha(png_);
      png_set_interlace_handling(png_);
      png_read_update_info(png_, info_);
    });
  }

  /// Values as stored, one byte each (two when 16-bit); alpha dropped.
  void keep_values() {
    guarded([&] {
      png_set_packing(png_);
      png_set_strip_alpha(png_);
      png_set_interlace_handling(png_);
      png_read_update_info(png_, info_);
    });
  }

  void read_rows(std::vector<png_bytep>& rows) {
    guarded([&] {
      png_read_image(png_, rows.data());
      missing_ = "cut off at its end: every pixel is there, the closing chunk IEND is not";
      png_read_end(png_, nullptr);
    });
  }

 private:
  /// Runs libpng calls. It reports errors by jumping out of `step`, which therefore holds nothing with a destructor.
  template <class Step>
  void guarded(const Step& step) {
    if (setjmp(png_jmpbuf(png_))) source_.corrupt(kPng, message_);
    step();
  }

  static void on_error(png_structp png, png_const_charp message) {
    static_cast<PngReader*>(png_get_error_ptr(png))->message_ = message;
    png_longjmp(png, 1);
  }

  static void on_read(png_structp png, png_bytep into, png_size_t size) {
    PngReader& reader = *static_cast<PngReader*>(png_get_io_ptr(png));
    if (!reader.source_.stream().read(reinterpret_cast<char*>(into), static_cast<std::streamsize>(size)))
      png_error(png, reader.missing_);
  }

  ImageSource& source_;
  PngDecompress state_;
  png_structp png_;
  png_infop info_;
  std::string message_;
  const char* missing_ = "premature end of data";  ///< what is said where the file ends
};

std::vector<png_bytep> row_addresses(uint8_t* first, size_t stride, int height) {
  std::vector<png_bytep> rows(static_cast<size_t>(height));
  for (size_t y = 0; y < rows.size(); ++y) rows[y] = first + y * stride;
  return rows;
}

Image decode_as_rgb(PngReader& reader) {
  reader.convert_to_rgb();
  Image image(reader.width(), reader.height(), 3);
  ADREP_ASSERT(reader.row_bytes() == static_cast<size_t>(image.width) * 3, "PNG rows of {} bytes", reader.row_bytes());
  std::vector<png_bytep> rows = row_addresses(image.pixels.data(), reader.row_bytes(), image.height);
  reader.read_rows(rows);
  return image;
}

/// 16-bit samples: as an image what its reading makes of them, as a mask the largest colour.
Image decode_wide(PngReader& reader, const DecodeRequest& request) {
  reader.keep_values();
  const auto channels = static_cast<size_t>(reader.channels());
  ADREP_ASSERT(reader.row_bytes() == static_cast<size_t>(reader.width()) * channels * 2, "PNG rows of {} bytes",
               reader.row_bytes());
  Image image(reader.width(), reader.height(), request.as == DecodeAs::mask ? 1 : 3);
  const size_t pixels = static_cast<size_t>(image.width) * static_cast<size_t>(image.height);
  std::vector<uint8_t> stored(pixels * channels * 2);
  std::vector<png_bytep> rows = row_addresses(stored.data(), reader.row_bytes(), image.height);
  reader.read_rows(rows);
  const uint8_t* from = stored.data();
  for (uint8_t *into = image.pixels.data(), *end = into + image.pixels.size(); into != end; into += image.channels) {
    std::array<int, 3> values{};
    for (size_t c = 0; c < channels; ++c, from += 2) {
      values[c] = from[0] << 8 | from[1];
      if (request.counts) ++(*request.counts)[static_cast<size_t>(values[c])];
    }
    if (request.as == DecodeAs::mask) {
      *into = mask_value_of_16_bits(*std::max_element(values.begin(), values.end()));
    } else {
      for (size_t c = 0; c < 3; ++c) into[c] = request.reading.eight_bits(values[channels == 1 ? 0 : c]);
    }
  }
  return image;
}

Image decode_as_mask(PngReader& reader) {
  if (reader.colour_type() & PNG_COLOR_MASK_COLOR) return largest_of(decode_as_rgb(reader));
  reader.convert_to_grey();
  Image mask(reader.width(), reader.height(), 1);
  ADREP_ASSERT(reader.row_bytes() == static_cast<size_t>(mask.width), "PNG rows of {} bytes", reader.row_bytes());
  std::vector<png_bytep> rows = row_addresses(mask.pixels.data(), reader.row_bytes(), mask.height);
  reader.read_rows(rows);
  return mask;
}

std::vector<GreyValues> decode_png_grey(ImageSource& source) {
  PngReader reader(source);
  const int type = reader.colour_type();
  if (type != PNG_COLOR_TYPE_GRAY)
    throw_input("{}: a PNG with colours or alpha holds no scores: save them as 16-bit grey PNG, npy or float32 TIFF",
                source.name());
  const auto width = static_cast<uint64_t>(reader.width()), height = static_cast<uint64_t>(reader.height());
  source.check_size(kPng, width, height, reader.row_bytes() * height, kPngRatio);
  reader.keep_values();
  const size_t bytes = reader.depth() == 16 ? 2 : 1;
  GreyValues grey{reader.width(), reader.height(), {}};
  ADREP_ASSERT(reader.row_bytes() == static_cast<size_t>(width) * bytes, "PNG rows of {} bytes", reader.row_bytes());
  std::vector<uint8_t> stored(static_cast<size_t>(width * height) * bytes);
  std::vector<png_bytep> rows = row_addresses(stored.data(), reader.row_bytes(), grey.height);
  reader.read_rows(rows);
  grey.values.reserve(stored.size() / bytes);
  for (size_t i = 0; i < stored.size(); i += bytes)
    grey.values.push_back(bytes == 2 ? stored[i] << 8 | stored[i + 1] : stored[i]);
  return {std::move(grey)};
}

bool is_png(std::string_view first) {
  return first.starts_with("\x89PNG\r\n\x1A\n");
}

ImageHeader read_png_header(ImageSource& source) {
  const PngReader reader(source);
  return {.size = {reader.width(), reader.height()}, .bits = reader.depth()};
}

Image decode_png(ImageSource& source, const DecodeRequest& request) {
  PngReader reader(source);
  const auto width = static_cast<uint64_t>(reader.width()), height = static_cast<uint64_t>(reader.height());
  source.check_size(kPng, width, height, reader.row_bytes() * height, kPngRatio);
  if (reader.depth() == 16) return decode_wide(reader, request);
  return request.as == DecodeAs::rgb ? decode_as_rgb(reader) : decode_as_mask(reader);
}

}  // namespace

const ImageFormat png_format{is_png, read_png_header, decode_png, decode_png_grey};

}  // namespace adrep
