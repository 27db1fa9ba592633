// JPEG through libjpeg-turbo with its defaults (slow integer DCT, smooth chroma upsampling), which are Pillow's.
#include <array>
#include <csetjmp>
#include <cstdio>
// needs <cstdio> before it
#include <jpeglib.h>

#include <jerror.h>

#include "core/base/error.h"
#include "core/image/colour.h"
#include "core/image/wide_jpeg.h"

namespace adrep {
namespace {

constexpr const char* kJpeg = "JPEG";
constexpr int kMaxScans = 500;                // a progressive file of a few kB can ask for hours of scans
constexpr uint64_t kJpegRatio = 3 * 8 * 128;  // RGB bytes: eight blocks a byte, at most 128 pixels a block
constexpr uint64_t kLargestWideJpeg = uint64_t{1} << 30;

/// libjpeg's state; released also when reading the header fails.
struct JpegDecompress : jpeg_decompress_struct {
  JpegDecompress() : jpeg_decompress_struct{} {}
  ~JpegDecompress() { jpeg_destroy_decompress(this); }
  JpegDecompress(const JpegDecompress&) = delete;
  JpegDecompress& operator=(const JpegDecompress&) = delete;
};

/// One decompression, reading from an ImageSource, with its errors as InputError.
class JpegReader {
 public:
  explicit JpegReader(ImageSource& source) : source_(source) {
    jpeg_.err = jpeg_std_error(&errors_);
    jpeg_.client_data = this;
    errors_.error_exit = [](j_common_ptr common) { self(common).fail(); };
    errors_.emit_message = on_message;
    guarded([&] {
      jpeg_create_decompress(&jpeg_);
      set_input();
      jpeg_read_header(&jpeg_, TRUE);
    });
  }

  int width() const { return static_cast<int>(jpeg_.image_width); }
  int height() const { return static_cast<int>(jpeg_.image_height); }
  int components() const { return jpeg_.num_components; }

  /// All rows in `space`; `row(y)` says where row y goes.
  template <class RowAddress>
  void read(J_COLOR_SPACE space, const RowAddress& row) {
    guarded([&] {
      jpeg_.out_color_space = space;
      jpeg_start_decompress(&jpeg_);
      while (jpeg_.output_scanline < jpeg_.output_height) {
        JSAMPROW into = row(static_cast<int>(jpeg_.output_scanline));
        jpeg_read_scanlines(&jpeg_, &into, 1);
      }
      jpeg_finish_decompress(&jpeg_);
    });
  }

 private:
  static JpegReader& self(j_common_ptr common) { return *static_cast<JpegReader*>(common->client_data); }
  static JpegReader& self(j_decompress_ptr jpeg) { return self(reinterpret_cast<j_common_ptr>(jpeg)); }

  /// Runs libjpeg calls. It reports errors by jumping out of `step`, which therefore holds nothing with a destructor.
  template <class Step>
  void guarded(const Step& step) {
    if (setjmp(jump_)) {
      if (const char* kind = unsupported_kind()) source_.unsupported(kJpeg, kind);
      source_.corrupt(kJpeg, message_.data());
    }
    step();
  }

  /// What a valid file has that this libjpeg cannot do, or nullptr.
  const char* unsupported_kind() const {
    if (foreign_code_ == JERR_BAD_PRECISION) return "samples of other than 8 bits";
    if (foreign_code_ == JERR_SOF_UNSUPPORTED) return "lossless or hierarchical compression";
    return nullptr;
  }

  [[noreturn]] void fail() {
    foreign_code_ = errors_.msg_code;
    errors_.format_message(reinterpret_cast<j_common_ptr>(&jpeg_), message_.data());
    std::longjmp(jump_, 1);
  }

  [[noreturn]] void fail(const char* message) {
    std::snprintf(message_.data(), message_.size(), "%s", message);
    std::longjmp(jump_, 1);
  }

  /// libjpeg goes on with grey pixels after these warnings: such an image must not pass for the real one.
  static void on_message(j_common_ptr common, int level) {
    if (level >= 0) return;
    const int code = common->err->msg_code;
    if (code == JWRN_HIT_MARKER || code == JWRN_HUFF_BAD_CODE || code == JWRN_ARITH_BAD_CODE) self(common).fail();
  }

  void set_input() {
    input_.init_source = [](j_decompress_ptr) {};
    input_.term_source = [](j_decompress_ptr) {};
    input_.resync_to_restart = jpeg_resync_to_restart;
    input_.fill_input_buffer = [](j_decompress_ptr jpeg) -> boolean { return self(jpeg).fill(), TRUE; };
    input_.skip_input_data = [](j_decompress_ptr jpeg, long count) { self(jpeg).skip(count); };
    jpeg_.src = &input_;
    progress_.progress_monitor = [](j_common_ptr common) {
      JpegReader& reader = self(common);
      if (reader.jpeg_.input_scan_number > kMaxScans) reader.fail("too many scans");
    };
    jpeg_.progress = &progress_;
  }

  void fill() {
    source_.stream().read(reinterpret_cast<char*>(buffer_.data()), static_cast<std::streamsize>(buffer_.size()));
    input_.bytes_in_buffer = static_cast<size_t>(source_.stream().gcount());
    input_.next_input_byte = buffer_.data();
    if (input_.bytes_in_buffer == 0) fail("premature end of data");
  }

  void skip(long count) {
    while (count > static_cast<long>(input_.bytes_in_buffer)) {
      count -= static_cast<long>(input_.bytes_in_buffer);
      fill();
    }
    if (count <= 0) return;
    input_.next_input_byte += count;
    input_.bytes_in_buffer -= static_cast<size_t>(count);
  }

  ImageSource& source_;
  jpeg_error_mgr errors_{};
  JpegDecompress jpeg_;
  jpeg_source_mgr input_{};
  jpeg_progress_mgr progress_{};
  std::jmp_buf jump_;
  int foreign_code_ = 0;  ///< libjpeg's code of the error that ended it; 0 for ours
  std::array<char, JMSG_LENGTH_MAX> message_{};
  std::array<JOCTET, 1 << 16> buffer_;
};

Image decode_cmyk(JpegReader& reader) {
  Image cmyk(reader.width(), reader.height(), 4);
  reader.read(JCS_CMYK, [&](int y) { return cmyk.at(y, 0); });
  for (uint8_t& ink : cmyk.pixels) ink = static_cast<uint8_t>(255 - ink);  // stored in Adobe's polarity
  Image rgb(cmyk.width, cmyk.height, 3);
  for (int y = 0; y < rgb.height; ++y) {
    for (int x = 0; x < rgb.width; ++x) rgb_from_cmyk(cmyk.at(y, x), rgb.at(y, x));
  }
  return rgb;
}

/// The frame header where the file is beyond libjpeg-turbo and this build has another decoder for it.
std::optional<JpegFrame> wide_frame_of(ImageSource& source) {
  if (!reads_wide_jpeg()) return {};
  const std::optional<JpegFrame> frame = read_jpeg_frame(source.stream());
  source.stream().clear();
  source.stream().seekg(0);
  return frame && frame->wide() ? frame : std::nullopt;
}

Image decode_wide_jpeg(ImageSource& source, const JpegFrame& frame, const DecodeRequest& request) {
  const auto width = static_cast<uint64_t>(frame.width), height = static_cast<uint64_t>(frame.height);
  source.check_size(kJpeg, width, height, width * height * static_cast<uint64_t>(frame.components) * 2, kJpegRatio);
  if (source.bytes() > kLargestWideJpeg) source.unsupported(kJpeg, fmt::format("{} bytes", source.bytes()));
  std::string bytes(source.bytes(), '\0');
  source.read(kJpeg, bytes.data(), bytes.size());
  return image_of(read_wide_jpeg(source, kJpeg, bytes, frame), request);
}

bool is_jpeg(std::string_view first) {
  return first.starts_with("\xFF\xD8\xFF");
}

ImageHeader read_jpeg_header(ImageSource& source) {
  if (const auto frame = wide_frame_of(source)) return {.size = {frame->width, frame->height}, .bits = frame->bits};
  const JpegReader reader(source);
  return {.size = {reader.width(), reader.height()}};
}

Image decode_jpeg(ImageSource& source, const DecodeRequest& request) {
  if (const auto frame = wide_frame_of(source)) return decode_wide_jpeg(source, *frame, request);
  const DecodeAs as = request.as;
  JpegReader reader(source);
  const auto width = static_cast<uint64_t>(reader.width()), height = static_cast<uint64_t>(reader.height());
  source.check_size(kJpeg, width, height, width * height * 3, kJpegRatio);
  const int components = reader.components();
  if (components != 1 && components != 3 && components != 4) {
    source.unsupported(kJpeg, fmt::format("{} components", components));
  }
  if (components == 4) {
    const Image rgb = decode_cmyk(reader);
    return as == DecodeAs::mask ? largest_of(rgb) : rgb;
  }
  const bool grey = components == 1 && as == DecodeAs::mask;
  Image image(reader.width(), reader.height(), grey ? 1 : 3);
  reader.read(grey ? JCS_GRAYSCALE : JCS_RGB, [&](int y) { return image.at(y, 0); });
  return as == DecodeAs::mask && !grey ? largest_of(image) : image;
}

}  // namespace

const ImageFormat jpeg_format{is_jpeg, read_jpeg_header, decode_jpeg};

}  // namespace adrep
