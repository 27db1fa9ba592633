// The one reader of wide_jpeg_12.cpp and wide_jpeg_16.cpp, which include it behind the header of their library: the
// libraries' structures have the same names and differ in size. Not for other files.
#include <array>
#include <csetjmp>

#include "core/image/wide_jpeg_library.h"

namespace adrep {
namespace {

constexpr int kMostScans = 500;  // a progressive file of a few kB can ask for hours of scans

/// The library's state; released also when reading the header fails.
struct WideDecompress : jpeg_decompress_struct {
  WideDecompress() : jpeg_decompress_struct{} {}
  ~WideDecompress() { jpeg_destroy_decompress(this); }
  WideDecompress(const WideDecompress&) = delete;
  WideDecompress& operator=(const WideDecompress&) = delete;
};

/// One decompression of bytes in memory, with its errors as InputError.
class WideJpegReader {
 public:
  explicit WideJpegReader(const WideJpegStream& stream) : stream_(stream) {
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

  Samples read() {
    const JpegFrame& frame = stream_.frame;
    const bool as_announced = jpeg_.image_width == static_cast<JDIMENSION>(frame.width) &&
                              jpeg_.image_height == static_cast<JDIMENSION>(frame.height) &&
                              jpeg_.num_components == frame.components && jpeg_.data_precision == frame.bits;
    if (!as_announced) stream_.source.corrupt(stream_.format, "it has two headers that differ");
    choose_colours();
    Samples samples(frame.width, frame.height, frame.components, frame.bits);
    guarded([&] { jpeg_start_decompress(&jpeg_); });
    std::vector<JSAMPLE> row(static_cast<size_t>(frame.width) * static_cast<size_t>(frame.components));
    for (int y = 0; y < frame.height; ++y) {
      guarded([&] {
        JSAMPROW into = row.data();
        jpeg_read_scanlines(&jpeg_, &into, 1);
      });
      const int most = (1 << frame.bits) - 1;
      std::transform(row.begin(), row.end(), samples.row(y),
                     [&](JSAMPLE value) { return static_cast<uint16_t>(std::clamp<int>(value, 0, most)); });
    }
    guarded([&] { jpeg_finish_decompress(&jpeg_); });
    return samples;
  }

 private:
  static WideJpegReader& self(j_common_ptr common) { return *static_cast<WideJpegReader*>(common->client_data); }
  static WideJpegReader& self(j_decompress_ptr jpeg) { return self(reinterpret_cast<j_common_ptr>(jpeg)); }

  void choose_colours() {
    if (jpeg_.num_components == 1) {
      jpeg_.jpeg_color_space = jpeg_.out_color_space = JCS_GRAYSCALE;
      return;
    }
    if (stream_.colours != JpegColours::as_marked)
      jpeg_.jpeg_color_space = stream_.colours == JpegColours::ycc ? JCS_YCbCr : JCS_RGB;
    jpeg_.out_color_space = JCS_RGB;
  }

  /// Runs the library's calls. It reports errors by jumping out of `step`, which therefore holds nothing with a
  /// destructor.
  template <class Step>
  void guarded(const Step& step) {
    if (setjmp(jump_)) stream_.source.corrupt(stream_.format, message_.data());
    step();
  }

  [[noreturn]] void fail() {
    errors_.format_message(reinterpret_cast<j_common_ptr>(&jpeg_), message_.data());
    std::longjmp(jump_, 1);
  }

  [[noreturn]] void fail(const char* message) {
    std::snprintf(message_.data(), message_.size(), "%s", message);
    std::longjmp(jump_, 1);
  }

  /// The library goes on with other values after these warnings: such an image must not pass for the real one.
  static void on_message(j_common_ptr common, int level) {
    if (level >= 0) return;
    const int code = common->err->msg_code;
    if (code == JWRN_HIT_MARKER || code == JWRN_HUFF_BAD_CODE) self(common).fail();
  }

  void set_input() {
    input_.init_source = [](j_decompress_ptr) {};
    input_.term_source = [](j_decompress_ptr) {};
    input_.resync_to_restart = jpeg_resync_to_restart;
    input_.fill_input_buffer = [](j_decompress_ptr jpeg) -> boolean { self(jpeg).fail("premature end of data"); };
    input_.skip_input_data = [](j_decompress_ptr jpeg, long count) { self(jpeg).skip(count); };
    input_.next_input_byte = reinterpret_cast<const JOCTET*>(stream_.bytes.data());
    input_.bytes_in_buffer = stream_.bytes.size();
    jpeg_.src = &input_;
    progress_.progress_monitor = [](j_common_ptr common) {
      WideJpegReader& reader = self(common);
      if (reader.jpeg_.input_scan_number > kMostScans) reader.fail("too many scans");
    };
    jpeg_.progress = &progress_;
  }

  void skip(long count) {
    if (count <= 0) return;
    if (static_cast<size_t>(count) > input_.bytes_in_buffer) fail("premature end of data");
    input_.next_input_byte += count;
    input_.bytes_in_buffer -= static_cast<size_t>(count);
  }

  const WideJpegStream& stream_;
  jpeg_error_mgr errors_{};
  WideDecompress jpeg_;
  jpeg_source_mgr input_{};
  jpeg_progress_mgr progress_{};
  std::jmp_buf jump_;
  std::array<char, JMSG_LENGTH_MAX> message_{};
};

}  // namespace
}  // namespace adrep
