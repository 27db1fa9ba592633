// TIFFs of 9 to 15 packed bits a sample.
#include "core/image/stream_tiff.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;

namespace {

/// Rows of samples bit after bit, the most significant first, each row from a new byte.
std::string packed(Samples samples) {
  std::string bytes;
  for (int y = 0; y < samples.height; ++y) {
    std::string bits;
    for (int i = 0; i < samples.width * samples.channels; ++i)
      for (int bit = samples.bits - 1; bit >= 0; --bit) bits += samples.row(y)[i] >> bit & 1 ? '1' : '0';
    bits.resize((bits.size() + 7) / 8 * 8, '0');
    for (size_t i = 0; i < bits.size(); i += 8) bytes += static_cast<char>(std::stoi(bits.substr(i, 8), nullptr, 2));
  }
  return bytes;
}

}  // namespace

TEST_CASE("TIFFs of 9 to 15 packed bits are read by the high byte, in strips, tiles and planes", "[image]") {
  const TemporaryFolder folder;
  for (int bits = 9; bits <= 15; ++bits) {
    for (const int channels : {1, 3}) {
      INFO(bits << " bits, " << channels << " channels");
      Samples samples = noise_samples(37, 21, channels, bits, static_cast<uint64_t>(bits));
      samples.values[0] = 0;
      samples.values[1] = static_cast<uint16_t>((1 << bits) - 1);
      StreamTiff tiff = one_strip(samples, COMPRESSION_NONE);
      tiff.rows_per_strip = 8;
      const auto strips = tiff.write(folder / "strips.tif", blocks_of(samples, 8, 0, packed));
      CHECK(decode_rgb(strips).pixels == high_bytes(samples));
      CHECK(decode_mask(strips).pixels == mask_values(samples));
      CHECK(read_image_header(strips).bits == bits);
      CHECK(count_values(strips).empty());
      tiff.tile = 16;
      CHECK(decode_rgb(tiff.write(folder / "tiles.tif", blocks_of(samples, 0, 16, packed))).pixels ==
            high_bytes(samples));
    }
  }
  const Samples samples = noise_samples(9, 5, 3, 12, 1);
  StreamTiff planes = one_strip(samples, COMPRESSION_NONE);
  planes.planar = PLANARCONFIG_SEPARATE;
  const auto file = planes.write(folder / "planes.tif", {packed(channel_of(samples, 0)), packed(channel_of(samples, 1)),
                                                         packed(channel_of(samples, 2))});
  CHECK(decode_rgb(file).pixels == high_bytes(samples));
}

TEST_CASE("packed bits read as a 16-bit file does of which that many are used", "[image]") {
  const TemporaryFolder folder;
  const Samples samples = noise_samples(16, 16, 1, 12, 2);
  const auto twelve = one_strip(samples, COMPRESSION_NONE).write(folder / "12.tif", {packed(samples)});
  ImageFile sixteen = write_bytes(folder / "16.png", [&] {
    Samples wide = samples;
    wide.bits = 16;
    return png_of(wide);
  }());
  sixteen.reading.bits = 12;
  CHECK(decode_rgb(twelve).pixels == decode_rgb(sixteen).pixels);
  ImageFile scaled = twelve;  // the file itself says its range: a scale for 16-bit files is not its own
  scaled.reading.bits = 10;
  CHECK(decode_rgb(scaled).pixels == decode_rgb(twelve).pixels);
}

TEST_CASE("packed bits as scores, and where 0 is white", "[image]") {
  const TemporaryFolder folder;
  Samples samples = noise_samples(5, 3, 1, 10, 3);
  samples.values[0] = 1023, samples.values[1] = 0;
  StreamTiff tiff = one_strip(samples, COMPRESSION_NONE);
  const std::string bytes = packed(samples);
  const GreyValues grey = decode_grey(tiff.write(folder / "scores.tif", {bytes}));
  CHECK(std::equal(grey.values.begin(), grey.values.end(), samples.values.begin(), samples.values.end()));
  tiff.photometric = PHOTOMETRIC_MINISWHITE;
  const auto white = tiff.write(folder / "white.tif", {bytes});
  std::vector<uint8_t> inverted = high_bytes(samples);
  for (uint8_t& value : inverted) value = static_cast<uint8_t>(255 - value);
  CHECK(decode_rgb(white).pixels == inverted);
  CHECK(decode_mask(white).pixels[0] == 0);
  CHECK(decode_mask(white).pixels[1] == 255);
}
