// WebP against libwebp's own encoder.
#include <webp/encode.h>

#include "core/image/test_images.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;

namespace {

std::string lossless_webp(const Image& image, int channels) {
  uint8_t* bytes = nullptr;
  const auto encode = channels == 4 ? WebPEncodeLosslessRGBA : WebPEncodeLosslessRGB;
  const size_t size = encode(image.pixels.data(), image.width, image.height, channels * image.width, &bytes);
  std::string result(reinterpret_cast<const char*>(bytes), size);
  WebPFree(bytes);
  return result;
}

}  // namespace

TEST_CASE("lossless WebP gives its pixels, as an image and as a mask, without alpha", "[image]") {
  const TemporaryFolder folder;
  const Image rgb = noise_image(33, 21, 3, 91);
  const auto file = write_bytes(folder / "image.webp", lossless_webp(rgb, 3));
  CHECK(decode_rgb(file).pixels == rgb.pixels);
  CHECK(read_image_size(file) == ImageSize{33, 21});
  Image ids(2, 2, 4);
  ids.pixels = {0, 0, 1, 255, 0, 0, 0, 128, 7, 0, 0, 255, 0, 200, 3, 9};
  const auto with_alpha = write_bytes(folder / "ids.webp", lossless_webp(ids, 4));
  CHECK(decode_mask(with_alpha).pixels == std::vector<uint8_t>{1, 0, 7, 200});
  CHECK(decode_rgb(with_alpha).pixels == std::vector<uint8_t>{0, 0, 1, 0, 0, 0, 7, 0, 0, 0, 200, 3});
}

TEST_CASE("a lossy WebP is near its image", "[image]") {
  const TemporaryFolder folder;
  const Image rgb = smooth_image(64, 48, 3);
  uint8_t* bytes = nullptr;
  const size_t size = WebPEncodeRGB(rgb.pixels.data(), 64, 48, 3 * 64, 95, &bytes);
  const auto file = write_bytes(folder / "image.webp", {reinterpret_cast<const char*>(bytes), size});
  WebPFree(bytes);
  const Image back = decode_rgb(file);
  REQUIRE(back.pixels.size() == rgb.pixels.size());
  double difference = 0;
  for (size_t i = 0; i < rgb.pixels.size(); ++i) difference += std::abs(rgb.pixels[i] - back.pixels[i]);
  CHECK(difference / static_cast<double>(rgb.pixels.size()) < 3);
}

TEST_CASE("WebP that is animated, damaged or cut short is refused", "[image]") {
  const TemporaryFolder folder;
  const std::string whole = lossless_webp(noise_image(33, 21, 3, 92), 3);
  const auto error = [&](const std::string& bytes) {
    const auto file = write_bytes(folder / "image.webp", bytes);
    return input_error_of([&] { decode_rgb(file); });
  };
  CHECK(error(whole.substr(0, whole.size() / 2)).find("corrupt WebP: the file is cut short") != std::string::npos);
  CHECK(error(whole.substr(0, 16)).find("corrupt WebP") != std::string::npos);
  std::string damaged = whole;
  for (size_t i = 40; i < damaged.size(); ++i) damaged[i] = '\xFF';
  CHECK(error(damaged).find("corrupt WebP: its pixels") != std::string::npos);
  Bytes parts;
  parts.put("WEBPVP8X").put(10, 4).put(2, 4).put(32, 3).put(20, 3).put("ANIM").put(6, 4).put(0, 4).put(0, 2);
  const std::string animated =
      Bytes().put("RIFF").put(static_cast<uint32_t>(parts.text().size()), 4).put(parts.text()).text();
  CHECK(error(animated).find("WebP with several frames is not supported") != std::string::npos);
}
