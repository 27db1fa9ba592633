// TIFF's kinds of pixels and layouts, each compared with its meaning.
#include "core/image/test_images.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;
using Values = std::vector<uint8_t>;

namespace {

struct TiffFile {
  uint32_t width = 0, height = 0;
  int bits = 8, samples = 1, photometric = PHOTOMETRIC_MINISBLACK, compression = COMPRESSION_NONE,
      planar = PLANARCONFIG_CONTIG, sample_format = SAMPLEFORMAT_UINT;
  uint32_t rows_per_strip = 0, tile = 0;  // 0: one strip; no tiles
  int orientation = 1, alpha = -1;        // alpha: kind of the extra sample
  const char* mode = "w";
  std::vector<uint16_t> red = {}, green = {}, blue = {};

  /// `data` is all strips (or the one tile), one after another.
  std::filesystem::path write(const std::filesystem::path& file, Values data) const {
    TIFF* tiff = TIFFOpen(file.c_str(), mode);
    REQUIRE(tiff);
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, width);
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, height);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, bits);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, samples);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, photometric);
    TIFFSetField(tiff, TIFFTAG_COMPRESSION, compression);
    TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, planar);
    TIFFSetField(tiff, TIFFTAG_ORIENTATION, orientation);
    if (sample_format != SAMPLEFORMAT_UINT) TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, sample_format);
    if (!red.empty()) TIFFSetField(tiff, TIFFTAG_COLORMAP, red.data(), green.data(), blue.data());
    const auto kind = static_cast<uint16_t>(alpha);
    if (alpha >= 0) TIFFSetField(tiff, TIFFTAG_EXTRASAMPLES, 1, &kind);
    if (tile) {
      TIFFSetField(tiff, TIFFTAG_TILEWIDTH, tile);
      TIFFSetField(tiff, TIFFTAG_TILELENGTH, tile);
    } else {
      TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, rows_per_strip ? rows_per_strip : height);
    }
    const uint32_t blocks = tile ? TIFFNumberOfTiles(tiff) : TIFFNumberOfStrips(tiff);
    size_t at = 0;
    for (uint32_t i = 0; i < blocks; ++i) {
      const auto full = static_cast<size_t>(tile ? TIFFTileSize(tiff) : TIFFStripSize(tiff));
      const size_t size = std::min(full, data.size() - at);
      const auto bytes = static_cast<tmsize_t>(size);
      REQUIRE((tile ? TIFFWriteEncodedTile(tiff, i, &data[at], bytes)
                    : TIFFWriteEncodedStrip(tiff, i, &data[at], bytes)) == bytes);
      at += size;
    }
    TIFFClose(tiff);
    return file;
  }
};

struct DecodedTiff {
  Values rgb, mask;
};

DecodedTiff decoded_tiff(const TiffFile& tiff, const Values& data) {
  TemporaryFolder folder;
  const auto file = tiff.write(folder / "image.tif", data);
  return {decode_rgb(file).pixels, decode_mask(file).pixels};
}

Values tiff_thrice(const Values& grey) {
  Values rgb;
  for (const uint8_t v : grey) rgb.insert(rgb.end(), 3, v);
  return rgb;
}

}  // namespace

TEST_CASE("RGB TIFF in every layout and compression gives its pixels", "[image]") {
  const Image image = noise_image(20, 18, 3, 51);
  TiffFile tiff{.width = 20, .height = 18, .samples = 3, .photometric = PHOTOMETRIC_RGB};
  for (const int compression : {COMPRESSION_NONE, COMPRESSION_LZW, COMPRESSION_ADOBE_DEFLATE, COMPRESSION_PACKBITS}) {
    tiff.compression = compression;
    for (const uint32_t rows : {0U, 5U, 18U}) {
      tiff.rows_per_strip = rows;
      CHECK(decoded_tiff(tiff, image.pixels).rgb == image.pixels);
    }
  }
  tiff.mode = "wb8";  // BigTIFF, then big-endian
  CHECK(decoded_tiff(tiff, image.pixels).rgb == image.pixels);
  tiff.mode = "wb";
  CHECK(decoded_tiff(tiff, image.pixels).rgb == image.pixels);

  TemporaryFolder folder;
  const auto by_hand = write_bytes(folder / "hand.tif", tiff_of(image));
  CHECK(decode_rgb(by_hand).pixels == image.pixels);
  CHECK(read_image_size(by_hand).width == 20);
  CHECK(read_image_size(by_hand).height == 18);
}

TEST_CASE("TIFF planes and tiles are put together", "[image]") {
  const Image image = noise_image(20, 18, 3, 52);
  Values planes;
  for (size_t c = 0; c < 3; ++c) {
    for (size_t i = c; i < image.pixels.size(); i += 3) planes.push_back(image.pixels[i]);
  }
  TiffFile tiff{
      .width = 20, .height = 18, .samples = 3, .photometric = PHOTOMETRIC_RGB, .planar = PLANARCONFIG_SEPARATE};
  CHECK(decoded_tiff(tiff, planes).rgb == image.pixels);

  Values tiles;  // four tiles of 16 × 16 cover 20 × 18
  for (int top = 0; top < 18; top += 16) {
    for (int left = 0; left < 20; left += 16) {
      for (int i = 0; i < 256; ++i) {
        const int y = top + i / 16, x = left + i % 16;
        for (int c = 0; c < 3; ++c) tiles.push_back(y < 18 && x < 20 ? image.at(y, x)[c] : 99);
      }
    }
  }
  tiff.planar = PLANARCONFIG_CONTIG;
  tiff.tile = 16;
  CHECK(decoded_tiff(tiff, tiles).rgb == image.pixels);
}

TEST_CASE("grey TIFFs of all depths, black or white first", "[image]") {
  const DecodedTiff bit = decoded_tiff({.width = 5, .height = 1, .bits = 1}, {0b10110000});
  CHECK(bit.mask == Values{255, 0, 255, 255, 0});
  CHECK(bit.rgb == tiff_thrice({255, 0, 255, 255, 0}));
  const DecodedTiff white_first =
      decoded_tiff({.width = 5, .height = 1, .bits = 1, .photometric = PHOTOMETRIC_MINISWHITE}, {0b10110000});
  CHECK(white_first.mask == bit.mask);  // a truth value is not inverted;
  CHECK(white_first.rgb == tiff_thrice({0, 255, 0, 0, 255}));
  const DecodedTiff four = decoded_tiff({.width = 3, .height = 1, .bits = 4}, {0x3F, 0x10});
  CHECK(four.mask == Values{51, 255, 17});
  CHECK(four.rgb == tiff_thrice({51, 255, 17}));
  const DecodedTiff eight = decoded_tiff({.width = 3, .height = 1}, {0, 7, 255});
  CHECK(eight.mask == Values{0, 7, 255});
  CHECK(eight.rgb == tiff_thrice({0, 7, 255}));
  for (const char* mode : {"wl", "wb"}) {
    Values native(6);
    const uint16_t values[3] = {0, 1, 0x12FF};
    std::memcpy(native.data(), values, 6);
    const DecodedTiff wide = decoded_tiff({.width = 3, .height = 1, .bits = 16, .mode = mode}, native);
    CHECK(wide.mask == Values{0, 1, 19});
    CHECK(wide.rgb == tiff_thrice({0, 0, 0x12}));
  }
}

TEST_CASE("a TIFF's header says its bits and whether 0 is white", "[image]") {
  TemporaryFolder folder;
  const TiffFile bool_mask{.width = 5, .height = 1, .bits = 1, .photometric = PHOTOMETRIC_MINISWHITE};
  const ImageHeader header = read_image_header(bool_mask.write(folder / "mask.tif", {0b10110000}));
  CHECK(header.size.width == 5);
  CHECK(header.bits == 1);
  CHECK(header.white_is_zero);
  const TiffFile wide{.width = 1, .height = 1, .bits = 16};
  CHECK(read_image_header(wide.write(folder / "wide.tif", {1, 2})).bits == 16);
  CHECK_FALSE(read_image_header(wide.write(folder / "wide.tif", {1, 2})).white_is_zero);
}

TEST_CASE("TIFF palettes, alpha and inks", "[image]") {
  TiffFile indexed{.width = 3, .height = 1, .bits = 4, .photometric = PHOTOMETRIC_PALETTE};
  indexed.red = indexed.green = indexed.blue = std::vector<uint16_t>(16, 0);
  indexed.red[2] = 0x0AFF, indexed.green[2] = 0x1400, indexed.blue[2] = 0x1E00;
  const DecodedTiff palette = decoded_tiff(indexed, {0x20, 0x20});
  CHECK(palette.mask == Values{30, 0, 30});
  CHECK(palette.rgb == Values{10, 20, 30, 0, 0, 0, 10, 20, 30});

  // where the palette's 16 bits hold small numbers, a mask still counts them, and index 0 may be anomalous
  indexed.red[0] = 1, indexed.red[2] = indexed.green[2] = indexed.blue[2] = 0;
  CHECK(decoded_tiff(indexed, {0x20, 0x20}).mask == Values{0, 1, 0});

  TiffFile rgba{.width = 2, .height = 1, .samples = 4, .photometric = PHOTOMETRIC_RGB, .alpha = EXTRASAMPLE_UNASSALPHA};
  CHECK(decoded_tiff(rgba, {10, 20, 30, 0, 255, 0, 0, 128}).rgb == Values{10, 20, 30, 255, 0, 0});
  rgba.alpha = EXTRASAMPLE_ASSOCALPHA;
  CHECK(decoded_tiff(rgba, {10, 20, 30, 51, 1, 2, 3, 0}).rgb == Values{50, 100, 150, 1, 2, 3});

  const TiffFile inks{.width = 3, .height = 1, .samples = 4, .photometric = PHOTOMETRIC_SEPARATED};
  CHECK(decoded_tiff(inks, {0, 0, 0, 0, 255, 0, 0, 0, 0, 0, 0, 155}).rgb ==
        Values{255, 255, 255, 0, 255, 255, 100, 100, 100});
}

TEST_CASE("a TIFF's orientation is followed, also in its size", "[image]") {
  // stored:  1 2 3 / 4 5 6
  const std::map<int, Values> upright{{1, {1, 2, 3, 4, 5, 6}}, {2, {3, 2, 1, 6, 5, 4}}, {3, {6, 5, 4, 3, 2, 1}},
                                      {4, {4, 5, 6, 1, 2, 3}}, {5, {1, 4, 2, 5, 3, 6}}, {6, {4, 1, 5, 2, 6, 3}},
                                      {7, {6, 3, 5, 2, 4, 1}}, {8, {3, 6, 2, 5, 1, 4}}};
  TemporaryFolder folder;
  for (const auto& [orientation, expected] : upright) {
    INFO(orientation);
    const TiffFile tiff{.width = 3, .height = 2, .orientation = orientation};
    const auto file = tiff.write(folder / "image.tif", {1, 2, 3, 4, 5, 6});
    const Image mask = decode_mask(file);
    CHECK(mask.pixels == expected);
    CHECK(mask.width == (orientation > 4 ? 2 : 3));
    CHECK(decode_rgb(file).pixels == tiff_thrice(expected));
    CHECK(read_image_size(file).width == mask.width);
    CHECK(read_image_size(file).height == mask.height);
  }
}

TEST_CASE("16-bit TIFFs of fewer bits, white first too", "[image]") {
  const TemporaryFolder folder;
  Values native(8);
  const uint16_t values[4] = {0, 511, 1023, 1024};
  std::memcpy(native.data(), values, 8);
  for (const int photometric : {PHOTOMETRIC_MINISBLACK, PHOTOMETRIC_MINISWHITE}) {
    const TiffFile tiff{.width = 4, .height = 1, .bits = 16, .photometric = photometric};
    ImageFile file = tiff.write(folder / "image.tif", native);
    CHECK(count_values(file.path)[511] == 1);
    file.reading.bits = 10;
    const Values seen = photometric == PHOTOMETRIC_MINISBLACK ? Values{0, 127, 255, 255} : Values{255, 128, 0, 0};
    CHECK(decode_rgb(file).pixels == tiff_thrice(seen));
  }
}

TEST_CASE("floating-point TIFFs are read on their range, and as masks without one", "[image]") {
  const TemporaryFolder folder;
  const std::vector<float> values{-1, 0, 0.5, 1, 1.5, std::nanf(""), 2, 9};
  Values native(values.size() * 4);
  std::memcpy(native.data(), values.data(), native.size());
  const TiffFile tiff{.width = 8, .height = 1, .bits = 32, .sample_format = SAMPLEFORMAT_IEEEFP};
  ImageFile file = tiff.write(folder / "image.tif", native);
  CHECK(input_error_of([&] { decode_rgb(file); }).find("set image.range=LOW:HIGH") != std::string::npos);
  file.reading.range = {0, 2};
  CHECK(decode_rgb(file).pixels == tiff_thrice({0, 0, 64, 128, 191, 0, 255, 255}));
  CHECK(decode_mask(file).pixels == Values{255, 0, 255, 255, 255, 255, 255, 255});
  CHECK(read_image_header(file.path).bits == 0);
}

TEST_CASE("signed bytes are read as if they had no sign, as Pillow does", "[image]") {
  const TiffFile tiff{.width = 3, .height = 1, .sample_format = SAMPLEFORMAT_INT};
  CHECK(decoded_tiff(tiff, {0, 127, 0xFF}).rgb == tiff_thrice({0, 127, 255}));
}

TEST_CASE("a TIFF whose compression has no decoder is not supported, not corrupt", "[image]") {
  const TemporaryFolder folder;
  const auto error = [&](uint32_t compression) {
    std::string bytes = tiff_of(noise_image(4, 4, 3, 53));
    const size_t entry = 8 + 2 + 3 * 12;  // the fourth of the directory
    bytes[entry + 8] = static_cast<char>(compression), bytes[entry + 9] = static_cast<char>(compression >> 8);
    const auto file = write_bytes(folder / "image.tif", bytes);
    return input_error_of([&] { decode_rgb(file); });
  };
  CHECK(error(50002).find("TIFF with JPEG XL compression is not supported") != std::string::npos);
  CHECK(error(12345).find("TIFF with compression 12345 is not supported") != std::string::npos);
}

TEST_CASE("TIFFs that are not understood say so", "[image]") {
  TemporaryFolder folder;
  const auto error = [&](const TiffFile& tiff, size_t bytes) {
    const auto file = tiff.write(folder / "image.tif", Values(bytes));
    return input_error_of([&] { decode_rgb(file); });
  };
  CHECK(error({.width = 2, .height = 1, .bits = 32}, 8).find("32 bits") != std::string::npos);
  CHECK(error({.width = 2, .height = 1, .samples = 3, .photometric = PHOTOMETRIC_CIELAB}, 6).find("colour space 8") !=
        std::string::npos);
  CHECK(error({.width = 1, .height = 1, .samples = 20}, 20).find("20 samples") != std::string::npos);
}
