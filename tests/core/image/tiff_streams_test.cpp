// TIFFs whose strips or tiles are PNG streams, in every layout, and hostile ones.
#include <zlib.h>

#include "core/image/stream_tiff.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;

TEST_CASE("TIFFs of PNG strips and tiles give their pixels, of 8 and 16 bits", "[image]") {
  const TemporaryFolder folder;
  for (const int bits : {8, 16}) {
    for (const int channels : {1, 2, 3, 4}) {
      INFO(bits << " bits, " << channels << " channels");
      const Samples samples = noise_samples(37, 29, channels, bits, static_cast<uint64_t>(bits + channels));
      StreamTiff tiff = one_strip(samples, 34933);
      CHECK(decode_rgb(tiff.write(folder / "one.tif", {png_of(samples)})).pixels == high_bytes(samples));
      tiff.rows_per_strip = 8;
      const auto strips = tiff.write(folder / "strips.tif", blocks_of(samples, 8, 0, png_of));
      CHECK(decode_rgb(strips).pixels == high_bytes(samples));
      tiff.tile = 16;
      const auto tiles = tiff.write(folder / "tiles.tif", blocks_of(samples, 0, 16, png_of));
      CHECK(decode_rgb(tiles).pixels == high_bytes(samples));
      if (bits == 16) CHECK(decode_mask(tiles).pixels == mask_values(samples));
      CHECK(read_image_header(tiles).bits == bits);
    }
  }
}

TEST_CASE("planes of PNG, palettes over PNG and fewer bits", "[image]") {
  const TemporaryFolder folder;
  const Samples rgb = noise_samples(20, 10, 3, 8, 1);
  StreamTiff planes = one_strip(rgb, 34933);
  planes.planar = PLANARCONFIG_SEPARATE;
  const auto file = planes.write(folder / "planes.tif",
                                 {png_of(channel_of(rgb, 0)), png_of(channel_of(rgb, 1)), png_of(channel_of(rgb, 2))});
  CHECK(decode_rgb(file).pixels == high_bytes(rgb));

  const Samples places = noise_samples(20, 10, 1, 8, 2);
  StreamTiff indexed = one_strip(places, 34933);
  indexed.photometric = PHOTOMETRIC_PALETTE;
  for (int i = 0; i < 256; ++i) indexed.palette.push_back(static_cast<uint16_t>((255 - i) << 8));
  Samples colours = places;
  for (uint16_t& value : colours.values) value = static_cast<uint16_t>(255 - value);
  CHECK(decode_rgb(indexed.write(folder / "indexed.tif", {png_of(places)})).pixels == high_bytes(colours));

  // a palette of the PNG's own: the TIFF sees its colours
  const PngFile own{
      .width = 4, .height = 1, .depth = 2, .colour_type = PNG_COLOR_TYPE_PALETTE, .palette = {{1, 2, 3}, {40, 50, 60}}};
  const StreamTiff coloured{.width = 4, .height = 1, .samples = 3, .photometric = PHOTOMETRIC_RGB};
  CHECK(decode_rgb(coloured.write(folder / "own.tif", {own.bytes({0b01000001})})).pixels ==
        std::vector<uint8_t>{40, 50, 60, 1, 2, 3, 1, 2, 3, 40, 50, 60});

  const PngFile bit{.width = 5, .height = 1, .depth = 1, .interlaced = true};
  const StreamTiff mask{.width = 5, .height = 1, .bits = 1};
  CHECK(decode_mask(mask.write(folder / "bit.tif", {bit.bytes({0b10110000})})).pixels ==
        std::vector<uint8_t>{255, 0, 255, 255, 0});
}

TEST_CASE("values of a TIFF of PNG are exact as scores", "[image]") {
  const TemporaryFolder folder;
  const Samples samples = noise_samples(19, 11, 1, 16, 3);
  StreamTiff tiff = one_strip(samples, 34933);
  tiff.rows_per_strip = 4;
  const GreyValues grey = decode_grey(tiff.write(folder / "scores.tif", blocks_of(samples, 4, 0, png_of)));
  CHECK(std::equal(grey.values.begin(), grey.values.end(), samples.values.begin(), samples.values.end()));
  ImageFile file = folder / "scores.tif";
  CHECK(count_values(file.path)[samples.values[5]] > 0);
}

TEST_CASE("damaged PNG streams in a TIFF are corrupt wherever they are cut or changed", "[image]") {
  const TemporaryFolder folder;
  const Samples samples = noise_samples(12, 9, 3, 8, 4);
  const std::string whole = png_of(samples);
  const StreamTiff tiff = one_strip(samples, 34933);
  for (size_t size = 1; size < whole.size(); ++size)
    REQUIRE_THAT(decode_error_of(tiff.write(folder / "cut.tif", {whole.substr(0, size)})),
                 Catch::Contains("corrupt PNG inside TIFF"));
  for (size_t place = 0; place < whole.size(); ++place) {
    std::string bytes = whole;
    bytes[place] = static_cast<char>(bytes[place] ^ 0x55);
    REQUIRE_THAT(decode_error_of(tiff.write(folder / "changed.tif", {bytes})),
                 Catch::Contains("corrupt PNG inside TIFF"));
  }
}

TEST_CASE("PNG streams that contradict the TIFF's header are corrupt, and read no pixel", "[image]") {
  const TemporaryFolder folder;
  const Samples samples = noise_samples(12, 9, 3, 8, 5);
  const StreamTiff tiff = one_strip(samples, 34933);
  const auto error = [&](const Samples& inner) {
    return decode_error_of(tiff.write(folder / "i.tif", {png_of(inner)}));
  };
  CHECK_THAT(error(noise_samples(11, 9, 3, 8, 5)), Catch::Contains("corrupt PNG inside TIFF: its size is 11 × 9"));
  CHECK_THAT(error(noise_samples(12, 10, 3, 8, 5)),
             Catch::Contains("its size is 12 × 10, the TIFF's strips or tiles have 12 × 9"));
  CHECK_THAT(error(noise_samples(12, 9, 1, 8, 5)), Catch::Contains("1 samples a pixel, 3 by the TIFF's header"));
  CHECK_THAT(error(noise_samples(12, 9, 4, 8, 5)), Catch::Contains("4 samples a pixel, 3 by the TIFF's header"));
  CHECK_THAT(error(noise_samples(12, 9, 3, 16, 5)), Catch::Contains("16 bits a sample, 8 by the TIFF's header"));

  std::string huge = png_of(samples);  // 60000 × 60000 in its header, whose checksum is set right
  huge.replace(16, 8, {"\0\0\xEA\x60\0\0\xEA\x60", 8});
  const uint32_t sum = static_cast<uint32_t>(crc32(0, reinterpret_cast<const Bytef*>(&huge[12]), 17));
  for (int i = 0; i < 4; ++i) huge[static_cast<size_t>(29 + i)] = static_cast<char>(sum >> (24 - 8 * i));
  CHECK_THAT(decode_error_of(tiff.write(folder / "huge.tif", {huge})), Catch::Contains("its size is 60000 × 60000"));

  StreamTiff large = tiff;  // and the same in the TIFF's
  large.width = large.height = 60000;
  CHECK_THAT(decode_error_of(large.write(folder / "large.tif", {huge})),
             Catch::Contains("60000 × 60000 pixels, more than the limit"));
  StreamTiff floating = one_strip(noise_samples(4, 4, 1, 16, 1), 34933);
  floating.sample_format = SAMPLEFORMAT_IEEEFP;
  ImageFile file = floating.write(folder / "float.tif", {png_of(noise_samples(4, 4, 1, 16, 1))});
  file.reading.range = {0, 1};
  CHECK_THAT(input_error_of([&] { decode_rgb(file); }), Catch::Contains("is not supported"));
}
