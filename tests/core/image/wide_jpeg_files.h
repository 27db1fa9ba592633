#pragma once
// JPEG streams of more than 8 bits or without loss, written by hand: no library of these tests can.
#include "core/image/wide_jpeg.h"
#include "core/image/wide_samples.h"

namespace adrep::test {

/// JPEG's entropy-coded bits with Huffman codes of five bits, which are the sizes 0 … 16 themselves.
class JpegBits {
 public:
  /// A difference as its size and its low bits.
  void put_difference(int difference) {
    int size = 0;
    while (std::abs(difference) >> size) ++size;
    put(size, 5);
    if (size < 16) put(difference < 0 ? difference + (1 << size) - 1 : difference, size);
  }
  void put(int value, int count) {
    for (int bit = count - 1; bit >= 0; --bit) {
      pending_ = pending_ << 1 | (value >> bit & 1);
      if (++held_ == 8) flush();
    }
  }
  std::string text() {
    while (held_ > 0) put(1, 1);
    return bytes_;
  }

 private:
  void flush() {
    bytes_ += static_cast<char>(pending_);
    if (pending_ == 0xFF) bytes_ += '\0';
    pending_ = held_ = 0;
  }
  std::string bytes_;
  int pending_ = 0, held_ = 0;
};

inline std::string jpeg_segment(int marker, const std::vector<int>& body) {
  const size_t length = body.size() + 2;
  std::string bytes{'\xFF', static_cast<char>(marker), static_cast<char>(length >> 8), static_cast<char>(length)};
  for (const int byte : body) bytes += static_cast<char>(byte);
  return bytes;
}

/// A Huffman table of class and number `kind`: the `count` symbols 0, 1, … of five bits each.
inline std::string jpeg_table(int kind, int count) {
  std::vector<int> body{kind};
  for (int length = 1; length <= 16; ++length) body.push_back(length == 5 ? count : 0);
  for (int i = 0; i < count; ++i) body.push_back(i);
  return jpeg_segment(0xC4, body);
}

/// Frame and scan of components that share table 0 and are named R, G, B, or 1 of one.
inline std::string jpeg_headers(const Samples& samples, int process, const std::vector<int>& scan_end) {
  std::vector<int> frame{samples.bits,       samples.height >> 8, samples.height & 255,
                         samples.width >> 8, samples.width & 255, samples.channels},
      scan{samples.channels};
  for (int c = 0; c < samples.channels; ++c) {
    const int name = samples.channels == 1 ? 1 : "RGB"[c];
    frame.insert(frame.end(), {name, 0x11, 0});
    scan.insert(scan.end(), {name, 0});
  }
  scan.insert(scan.end(), scan_end.begin(), scan_end.end());
  return jpeg_segment(0xC0 + process, frame) + jpeg_segment(0xDA, scan);
}

/// JPEG without loss, each value foretold by its left neighbour. `tables` false: an abbreviated stream.
inline std::string lossless_jpeg(Samples samples, bool tables = true) {
  JpegBits bits;
  const int channels = samples.channels;
  for (int y = 0; y < samples.height; ++y) {
    for (int i = 0; i < samples.width * channels; ++i) {
      const int foretold = i >= channels ? samples.row(y)[i - channels]
                           : y > 0       ? samples.row(y - 1)[i]
                                         : 1 << (samples.bits - 1);
      const int difference = (samples.row(y)[i] - foretold) & 0xFFFF;
      bits.put_difference(difference > 0x8000 ? difference - 0x10000 : difference);
    }
  }
  return "\xFF\xD8" + (tables ? jpeg_table(0, 17) : "") + jpeg_headers(samples, 3, {1, 0, 0}) + bits.text() +
         "\xFF\xD9";
}

/// Extended JPEG of 12 bits in which every 8 × 8 block has one value a channel: the first of `samples` there.
inline std::string flat_jpeg_of_12_bits(Samples samples) {
  JpegBits bits;
  std::vector<int> before(static_cast<size_t>(samples.channels), 0);
  for (int y = 0; y < samples.height; y += 8) {
    for (int x = 0; x < samples.width; x += 8) {
      for (int c = 0; c < samples.channels; ++c) {
        const int mean = 8 * (samples.row(y)[x * samples.channels + c] - 2048);
        bits.put_difference(mean - std::exchange(before[static_cast<size_t>(c)], mean));
        bits.put(0, 5);  // nothing else in the block
      }
    }
  }
  std::vector<int> quantisation(65, 1);
  quantisation[0] = 0;
  return "\xFF\xD8" + jpeg_segment(0xDB, quantisation) + jpeg_table(0, 17) + jpeg_table(0x10, 1) +
         jpeg_headers(samples, 1, {0, 63, 0}) + bits.text() + "\xFF\xD9";
}

/// What is said against a bad file; without a decoder, what is said against a good one, too.
inline std::string unless_unsupported(const std::string& reason) {
  return reads_wide_jpeg() ? reason : "is not supported";
}

/// That `file` gives what `samples` hold; without a decoder, that it is not supported.
inline void check_wide(const std::filesystem::path& file, const Samples& samples) {
  if (!reads_wide_jpeg()) {
    CHECK(input_error_of([&] { decode_rgb(file); }).find("is not supported") != std::string::npos);
    return;
  }
  CHECK(decode_rgb(file).pixels == high_bytes(samples));
  if (samples.bits > 8) CHECK(decode_mask(file).pixels == mask_values(samples));
  CHECK(read_image_header(file).bits == samples.bits);
  CHECK(read_image_size(file) == ImageSize{samples.width, samples.height});
}

/// Values that change from one 8 × 8 block to the next.
inline Samples blocks_of_noise(int width, int height, int channels) {
  Samples samples = noise_samples(width, height, channels, 12, 11);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      std::copy_n(samples.row(y / 8 * 8) + x / 8 * 8 * channels, channels, samples.row(y) + x * channels);
  return samples;
}

}  // namespace adrep::test
