#include "core/image/encode.h"

#include <png.h>

#include <csetjmp>
#include <cstdio>
#include <cstdlib>
// needs <cstdio> before it
#include <jpeglib.h>

#include "core/base/error.h"

namespace adrep {
namespace {

void require_grey_or_rgb(const Image& image) {
  ADREP_ASSERT(image.width > 0 && image.height > 0 && (image.channels == 1 || image.channels == 3),
               "an image of {} × {} × {} cannot be encoded", image.width, image.height, image.channels);
}

void keep_png_error(png_structp png, png_const_charp message) {
  *static_cast<std::string*>(png_get_error_ptr(png)) = message;
  png_longjmp(png, 1);
}

void ignore_png_warning(png_structp, png_const_charp) {}

void append_png_bytes(png_structp png, png_bytep data, png_size_t size) {
  static_cast<std::string*>(png_get_io_ptr(png))->append(reinterpret_cast<const char*>(data), size);
}

struct PngWriter {
  std::string error;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &error, keep_png_error, ignore_png_warning);
  png_infop info = png ? png_create_info_struct(png) : nullptr;
  ~PngWriter() { png_destroy_write_struct(&png, &info); }
};

struct JpegWriter {
  jpeg_compress_struct jpeg{};
  jpeg_error_mgr errors{};
  std::jmp_buf jump;
  unsigned char* bytes = nullptr;
  unsigned long size = 0;

  JpegWriter() {
    jpeg.err = jpeg_std_error(&errors);
    jpeg.client_data = this;
    errors.error_exit = [](j_common_ptr common) {
      std::longjmp(static_cast<JpegWriter*>(common->client_data)->jump, 1);
    };
  }
  ~JpegWriter() {
    jpeg_destroy_compress(&jpeg);
    std::free(bytes);
  }
};

}  // namespace

std::string encode_png(const Image& image) {
  require_grey_or_rgb(image);
  std::string bytes;
  PngWriter writer;
  if (!writer.info) throw std::bad_alloc();
  // libpng jumps back here from inside its calls: nothing with a destructor may be made after this line
  if (setjmp(png_jmpbuf(writer.png))) throw_failure("PNG cannot be encoded: {}", writer.error);
  png_set_write_fn(writer.png, &bytes, append_png_bytes, nullptr);
  png_set_IHDR(writer.png, writer.info, static_cast<png_uint_32>(image.width), static_cast<png_uint_32>(image.height),
               8, image.channels == 3 ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(writer.png, writer.info);
  for (int row = 0; row < image.height; ++row) png_write_row(writer.png, image.at(row, 0));
  png_write_end(writer.png, writer.info);
  return bytes;
}

std::string encode_jpeg(const Image& image, int quality) {
  require_grey_or_rgb(image);
  ADREP_ASSERT(quality >= 1 && quality <= 100, "JPEG quality {}", quality);
  JpegWriter writer;
  jpeg_compress_struct& jpeg = writer.jpeg;
  // libjpeg jumps back here from inside its calls: nothing with a destructor may be made after this line
  if (setjmp(writer.jump)) {
    char message[JMSG_LENGTH_MAX];
    writer.errors.format_message(reinterpret_cast<j_common_ptr>(&jpeg), message);
    throw_failure("JPEG cannot be encoded: {}", message);
  }
  jpeg_create_compress(&jpeg);
  jpeg_mem_dest(&jpeg, &writer.bytes, &writer.size);
  jpeg.image_width = static_cast<JDIMENSION>(image.width);
  jpeg.image_height = static_cast<JDIMENSION>(image.height);
  jpeg.input_components = image.channels;
  jpeg.in_color_space = image.channels == 3 ? JCS_RGB : JCS_GRAYSCALE;
  jpeg_set_defaults(&jpeg);
  jpeg_set_quality(&jpeg, quality, TRUE);
  jpeg_start_compress(&jpeg, TRUE);
  while (jpeg.next_scanline < jpeg.image_height) {
    JSAMPROW row = const_cast<JSAMPROW>(image.at(static_cast<int>(jpeg.next_scanline), 0));
    jpeg_write_scanlines(&jpeg, &row, 1);
  }
  jpeg_finish_compress(&jpeg);
  return std::string(reinterpret_cast<const char*>(writer.bytes), writer.size);
}

}  // namespace adrep
