#include "core/image/encode.h"

#include "core/image/test_images.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;

TEST_CASE("PNG keeps every pixel", "[image]") {
  TemporaryFolder folder;
  for (const auto& [width, height] : std::vector<std::pair<int, int>>{{1, 1}, {17, 9}, {3, 200}}) {
    const Image rgb = noise_image(width, height, 3, 21);
    const Image back = decode_rgb(write_bytes(folder / "rgb.png", encode_png(rgb)));
    CHECK(back.width == width);
    CHECK(back.height == height);
    CHECK(back.pixels == rgb.pixels);
    const Image grey = noise_image(width, height, 1, 22);
    CHECK(decode_mask(write_bytes(folder / "grey.png", encode_png(grey))).pixels == grey.pixels);
  }
  CHECK(encode_png(noise_image(30, 20, 3, 23)) == encode_png(noise_image(30, 20, 3, 23)));
}

TEST_CASE("JPEG keeps a smooth image nearly", "[image]") {
  TemporaryFolder folder;
  for (const int channels : {1, 3}) {
    const Image image = smooth_image(75, 50, channels);
    const auto file = write_bytes(folder / "image.jpg", encode_jpeg(image, 95));
    const Image back = channels == 3 ? decode_rgb(file) : decode_mask(file);
    REQUIRE(back.pixels.size() == image.pixels.size());
    double sum = 0;
    for (size_t i = 0; i < image.pixels.size(); ++i) sum += std::abs(back.pixels[i] - image.pixels[i]);
    CHECK(sum / static_cast<double>(image.pixels.size()) < 2);
    CHECK(encode_jpeg(image, 95).size() > encode_jpeg(image, 30).size());
  }
}

TEST_CASE("what is no image cannot be encoded", "[image]") {
  CHECK_THROWS_AS(encode_png(Image(0, 3, 3)), std::logic_error);
  CHECK_THROWS_AS(encode_jpeg(Image(3, 3, 2)), std::logic_error);
  CHECK_THROWS_AS(encode_jpeg(Image(3, 3, 3), 0), std::logic_error);
  CHECK_THROWS_AS(encode_jpeg(Image(70'000, 1, 3)), Error);
}
