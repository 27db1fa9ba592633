// How many bits of 16-bit files count, and what becomes of floating-point values.
#include "core/image/image_reading.h"

#include "core/image/mask_rule.h"
#include "core/image/test_images.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;

namespace {

std::string wide_png(const std::vector<int>& values, int colour_type, int shift = 0) {
  const int channels = colour_type == PNG_COLOR_TYPE_RGB ? 3 : 1;
  std::vector<uint8_t> rows;
  for (const int value : values) {
    rows.push_back(static_cast<uint8_t>(value << shift >> 8));
    rows.push_back(static_cast<uint8_t>(value << shift));
  }
  return PngFile{
      .width = static_cast<int>(values.size()) / channels, .height = 1, .depth = 16, .colour_type = colour_type}
      .bytes(rows);
}

std::vector<int> values_up_to(int largest) {
  std::vector<int> values;
  for (int i = 0; i < 3 * 50; ++i) values.push_back(i * largest / (3 * 50 - 1));
  return values;
}

}  // namespace

TEST_CASE("b bits read as b bits are the same data at full range read as 16", "[image]") {
  const TemporaryFolder folder;
  for (const int bits : {8, 10, 12, 14, 16}) {
    INFO(bits);
    const std::vector<int> values = values_up_to((1 << bits) - 1);
    for (const int colour_type : {PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_RGB}) {
      ImageFile narrow = write_bytes(folder / "narrow.png", wide_png(values, colour_type));
      const auto full = write_bytes(folder / "full.png", wide_png(values, colour_type, 16 - bits));
      narrow.reading.bits = bits;
      CHECK(decode_rgb(narrow).pixels == decode_rgb(full).pixels);
      CHECK(marked(decode_mask(narrow), {}).pixels == marked(decode_mask(full), {}).pixels);
    }
  }
}

TEST_CASE("values beyond the bits are white", "[image]") {
  const TemporaryFolder folder;
  ImageFile file = write_bytes(folder / "image.png", wide_png({0, 3, 4, 1023, 1024, 65535}, PNG_COLOR_TYPE_GRAY));
  file.reading.bits = 10;
  const Image image = decode_rgb(file);
  std::vector<uint8_t> red;
  for (size_t i = 0; i < image.pixels.size(); i += 3) red.push_back(image.pixels[i]);
  CHECK(red == std::vector<uint8_t>{0, 0, 1, 255, 255, 255});
}

TEST_CASE("the values of 16-bit files are counted as stored, of others there are none", "[image]") {
  const TemporaryFolder folder;
  const ValueCounts counts =
      count_values(write_bytes(folder / "a.png", wide_png({7, 7, 1023, 0, 7, 0}, PNG_COLOR_TYPE_RGB)));
  REQUIRE(counts.size() == 65536);
  CHECK(counts[7] == 3);
  CHECK(counts[1023] == 1);
  CHECK(counts[0] == 2);
  CHECK(std::accumulate(counts.begin(), counts.end(), uint64_t{0}) == 6);
  CHECK(count_values(write_bytes(folder / "b.bmp", bmp_of(noise_image(3, 2, 3, 5)))).empty());
}

TEST_CASE("a reading has a text where it is not the default", "[image]") {
  ImageReading reading;
  CHECK(reading.text().empty());
  reading.bits = 10;
  reading.upright = true;
  reading.range = {0, 1.5};
  CHECK(reading.text() == "bits=10|upright|range=0,1.5|");
}
