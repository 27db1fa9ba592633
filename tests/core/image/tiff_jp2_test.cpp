// TIFFs whose strips or tiles are JPEG 2000 streams.
#include "core/image/jp2_files.h"
#include "core/image/stream_tiff.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;

TEST_CASE("TIFFs of JPEG 2000 strips and tiles give their pixels", "[image]") {
  const TemporaryFolder folder;
  for (const int bits : {8, 12, 16}) {
    for (const int channels : {1, 3, 4}) {
      INFO(bits << " bits, " << channels << " channels");
      const Samples samples = noise_samples(37, 29, channels, bits, static_cast<uint64_t>(bits + channels));
      StreamTiff tiff = one_strip(samples, 34712);
      tiff.rows_per_strip = 8;
      const auto strips = tiff.write(folder / "strips.tif", blocks_of(samples, 8, 0, codestream_of));
      CHECK(decode_rgb(strips).pixels == high_bytes(samples));
      tiff.tile = 16;
      const auto tiles = tiff.write(folder / "tiles.tif", blocks_of(samples, 0, 16, codestream_of));
      CHECK(decode_rgb(tiles).pixels == high_bytes(samples));
      if (bits > 8) CHECK(decode_mask(tiles).pixels == mask_values(samples));
    }
  }
  const Samples grey = noise_samples(9, 7, 1, 12, 9);
  const auto scores = one_strip(grey, 34712).write(folder / "scores.tif", {Jp2File{.boxes = true}.bytes(grey)});
  const GreyValues values = decode_grey(scores);
  CHECK(std::equal(values.values.begin(), values.values.end(), grey.values.begin(), grey.values.end()));
}

TEST_CASE("luma and colour differences in a TIFF's JPEG 2000 become RGB, also where these are halved", "[image]") {
  const TemporaryFolder folder;
  Samples ycc(2, 1, 3, 8);
  ycc.values = {76, 85, 255, 150, 44, 21};  // red and a green
  StreamTiff aperio = one_strip(ycc, 33003);
  CHECK(decode_rgb(aperio.write(folder / "aperio.tif", {codestream_of(ycc)})).pixels ==
        std::vector<uint8_t>{254, 0, 0, 0, 255, 1});
  aperio.compression = 33005;
  CHECK(decode_rgb(aperio.write(folder / "rgb.tif", {codestream_of(ycc)})).pixels == high_bytes(ycc));
  aperio.compression = 34712;
  aperio.photometric = PHOTOMETRIC_YCBCR;
  ycc.values = {76, 85, 255, 76, 85, 255};
  const Jp2File halved{.halved_columns = 2};
  CHECK(decode_rgb(aperio.write(folder / "halved.tif", {halved.bytes(ycc)})).pixels ==
        std::vector<uint8_t>{254, 0, 0, 254, 0, 0});
}

TEST_CASE("changed bytes of a TIFF's JPEG 2000 never crash", "[image]") {
  const TemporaryFolder folder;
  const Samples samples = noise_samples(16, 16, 3, 8, 7);
  const std::string whole = Jp2File{.boxes = true}.bytes(samples);
  const StreamTiff tiff = one_strip(samples, 34712);
  for (size_t place = 0; place < std::min<size_t>(whole.size(), 400); ++place) {
    for (const int change : {0x01, 0x80, 0xFF}) {
      std::string bytes = whole;
      bytes[place] = static_cast<char>(bytes[place] ^ change);
      const std::string error = decode_error_of(tiff.write(folder / "changed.tif", {bytes}));
      if (!error.empty()) REQUIRE(error.find("changed.tif: ") != std::string::npos);
    }
  }
}

TEST_CASE("JPEG 2000 streams that contradict the TIFF's header are corrupt", "[image]") {
  const TemporaryFolder folder;
  const Samples samples = noise_samples(12, 9, 3, 8, 5);
  const StreamTiff tiff = one_strip(samples, 34712);
  const auto error = [&](const Samples& inner, Jp2File jp2 = {}) {
    return decode_error_of(tiff.write(folder / "i.tif", {jp2.bytes(inner)}));
  };
  CHECK_THAT(error(noise_samples(13, 9, 3, 8, 5)),
             Catch::Contains("corrupt JPEG 2000 inside TIFF: its size is 13 × 9"));
  CHECK_THAT(error(noise_samples(12, 9, 1, 8, 5)), Catch::Contains("1 samples a pixel, 3 by the TIFF's header"));
  CHECK_THAT(error(noise_samples(12, 9, 3, 12, 5)), Catch::Contains("12 bits a sample, 8 by the TIFF's header"));
  CHECK_THAT(error(Samples(12, 9, 3, 8), {.is_signed = true}), Catch::Contains("sign"));
  CHECK_THAT(decode_error_of(tiff.write(folder / "png.tif", {png_of(samples)})),
             Catch::Contains("corrupt JPEG 2000 inside TIFF"));

  std::string huge = codestream_of(samples);
  for (const size_t place : {size_t{8}, size_t{24}}) huge.replace(place, 8, {"\0\0\xEA\x60\0\0\xEA\x60", 8});
  CHECK_THAT(decode_error_of(tiff.write(folder / "huge.tif", {huge})),
             Catch::Contains("corrupt JPEG 2000 inside TIFF: its size is 60000 × 60000"));
}
