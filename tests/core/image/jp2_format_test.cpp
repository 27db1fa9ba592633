// JPEG 2000 files: what they hold, and hostile ones.
#include "core/image/jp2_files.h"
#include "core/image/wide_samples.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;

TEST_CASE("JPEG 2000 files of 8 to 16 bits give their pixels", "[image]") {
  const TemporaryFolder folder;
  for (const bool boxes : {false, true}) {
    for (const int bits : {8, 12, 16}) {
      for (const int channels : {1, 2, 3, 4}) {
        INFO(boxes << " boxes, " << bits << " bits, " << channels << " channels");
        const Samples samples = noise_samples(41, 23, channels, bits, static_cast<uint64_t>(bits + channels));
        const OPJ_COLOR_SPACE colours = channels < 3 ? OPJ_CLRSPC_GRAY : OPJ_CLRSPC_SRGB;
        for (const int tile : {0, 16}) {
          const Jp2File jp2{.boxes = boxes, .colours = colours, .tile = tile};
          const auto file = write_bytes(folder / "image.jp2", jp2.bytes(samples));
          CHECK(decode_rgb(file).pixels == high_bytes(samples));
          if (bits > 8) CHECK(decode_mask(file).pixels == mask_values(samples));
          CHECK(read_image_header(file).bits == bits);
          CHECK(read_image_size(file) == ImageSize{41, 23});
        }
      }
    }
  }
  CHECK(is_image_name("a.jp2"));
  CHECK(is_image_name("a.J2K"));
}

TEST_CASE("16-bit JPEG 2000 of fewer bits is counted and scaled", "[image]") {
  const TemporaryFolder folder;
  Samples samples(4, 1, 1, 16);
  samples.values = {0, 511, 1023, 1024};
  ImageFile file = write_bytes(folder / "image.j2k", codestream_of(samples));
  CHECK(count_values(file.path)[511] == 1);
  file.reading.bits = 10;
  CHECK(decode_rgb(file).pixels == std::vector<uint8_t>{0, 0, 0, 127, 127, 127, 255, 255, 255, 255, 255, 255});
}

TEST_CASE("the palette of a JP2 file is applied, one of many channels refused", "[image]") {
  const TemporaryFolder folder;
  Samples places(4, 1, 1, 8);
  places.values = {1, 0, 2, 1};
  const std::vector<uint8_t> colours{10, 20, 30, 40, 50, 60, 70, 80, 90};
  const auto with_palette = [&](size_t channels) {
    std::string palette{'\0', '\3', static_cast<char>(channels)}, mapping;
    palette.append(channels, '\7');
    for (size_t i = 0; i < 3; ++i)
      for (size_t c = 0; c < channels; ++c) palette += static_cast<char>(c < 3 ? colours[3 * i + c] : 0);
    for (size_t c = 0; c < channels; ++c) mapping += {'\0', '\0', '\1', static_cast<char>(c)};
    const auto box = [](const char* name, const std::string& content) {
      return std::string(3, '\0') + static_cast<char>(8 + content.size()) + name + content;
    };
    std::string bytes = Jp2File{.boxes = true, .colours = OPJ_CLRSPC_SRGB}.bytes(places);
    const std::string boxes = box("pclr", palette) + box("cmap", mapping);
    const size_t header = bytes.find("jp2h") - 4, length = static_cast<uint8_t>(bytes[header + 3]);
    bytes[header + 3] = static_cast<char>(length + boxes.size());
    return bytes.insert(header + length, boxes);
  };
  CHECK(decode_rgb(write_bytes(folder / "image.jp2", with_palette(3))).pixels ==
        std::vector<uint8_t>{40, 50, 60, 10, 20, 30, 70, 80, 90, 40, 50, 60});
  CHECK_THAT(decode_error_of(write_bytes(folder / "many.jp2", with_palette(9))),
             Catch::Contains("a palette of many channels"));
}

TEST_CASE("luma and colour differences of a JP2 file become RGB", "[image]") {
  const TemporaryFolder folder;
  Samples ycc(2, 1, 3, 8);
  ycc.values = {76, 85, 255, 150, 44, 21};  // red and a green
  const Jp2File whole{.boxes = true, .colours = OPJ_CLRSPC_SYCC};
  CHECK(decode_rgb(write_bytes(folder / "image.jp2", whole.bytes(ycc))).pixels ==
        std::vector<uint8_t>{254, 0, 0, 0, 255, 1});
}

TEST_CASE("JPEG 2000 that is cut anywhere is corrupt, or whole but for its end marker", "[image]") {
  const TemporaryFolder folder;
  for (const bool boxes : {false, true}) {
    const Samples samples = noise_samples(20, 20, 3, 8, 6);
    const std::string whole = Jp2File{.boxes = boxes, .tile = 10}.bytes(samples);
    for (size_t size = 12; size < whole.size(); ++size) {
      INFO(size << " of " << whole.size());
      const auto file = write_bytes(folder / "cut.jp2", whole.substr(0, size));
      std::string error;
      try {
        if (decode_rgb(file).pixels == high_bytes(samples)) {
          REQUIRE(size + 2 >= whole.size());
          continue;
        }
        error = "other pixels";
      } catch (const InputError& caught) {
        error = caught.what();
      }
      REQUIRE_THAT(error, Catch::Contains("corrupt JPEG 2000: "));
    }
  }
}

TEST_CASE("changed bytes of JPEG 2000 never crash", "[image]") {
  const TemporaryFolder folder;
  const Samples samples = noise_samples(16, 16, 3, 8, 7);
  const std::string whole = Jp2File{.boxes = true}.bytes(samples);
  for (size_t place = 0; place < std::min<size_t>(whole.size(), 400); ++place) {
    for (const int change : {0x01, 0x80, 0xFF}) {
      std::string bytes = whole;
      bytes[place] = static_cast<char>(bytes[place] ^ change);
      const std::string error = decode_error_of(write_bytes(folder / "changed.jp2", bytes));
      if (!error.empty()) REQUIRE(error.find("changed.jp2: ") != std::string::npos);
    }
  }
}

TEST_CASE("a missing tile of JPEG 2000 is corrupt", "[image]") {
  const TemporaryFolder folder;
  const Samples samples = noise_samples(20, 20, 1, 8, 8);
  const std::string whole = Jp2File{.tile = 10}.bytes(samples);
  const size_t last = whole.rfind("\xFF\x90");  // the last tile's start; the end marker stays
  REQUIRE(last != std::string::npos);
  const auto file = write_bytes(folder / "image.j2k", whole.substr(0, last) + whole.substr(whole.size() - 2));
  CHECK_THAT(decode_error_of(file), Catch::Contains("corrupt JPEG 2000: a tile is missing"));
}

TEST_CASE("JPEG 2000 headers of absurd sizes are refused before memory is asked for", "[image]") {
  const TemporaryFolder folder;
  const Samples samples = noise_samples(16, 16, 1, 8, 9);
  const std::string whole = codestream_of(samples);
  const auto changed = [&](size_t place, std::string_view bytes) {
    std::string result = whole;
    result.replace(place, bytes.size(), bytes);
    return result;
  };
  const std::string size("\0\0\xEA\x60\0\0\xEA\x60", 8);
  std::string huge = changed(8, size);
  huge.replace(24, 8, size);  // one tile
  CHECK_THAT(decode_error_of(write_bytes(folder / "huge.j2k", huge)),
             Catch::Contains("60000 × 60000 pixels, more than the limit"));
  CHECK_THAT(decode_error_of(write_bytes(folder / "many.j2k", changed(40, {"\x40\0", 2}))),
             Catch::Contains("16384 components"));
  CHECK_THAT(decode_error_of(write_bytes(folder / "none.jp2", std::string("\0\0\0\x0CjP  \r\n\x87\n", 12))),
             Catch::Contains("corrupt JPEG 2000: it has no codestream"));

  // 1 × 1 pixels a precinct would need some hundred bytes of memory for each
  std::string precincts = Jp2File{.precinct = 256}.bytes(samples);
  const size_t coding = precincts.find("\xFF\x52");
  REQUIRE(coding != std::string::npos);
  for (size_t i = 0; i < 3; ++i) precincts[coding + 14 + i] = i == 0 ? '\0' : '\x11';
  const std::string wide("\0\0\x27\x10\0\0\x27\x10", 8);
  precincts.replace(8, 8, wide).replace(24, 8, wide);
  CHECK_THAT(decode_error_of(write_bytes(folder / "precincts.j2k", precincts)),
             Catch::Contains("more precincts than its bytes can hold"));
}
