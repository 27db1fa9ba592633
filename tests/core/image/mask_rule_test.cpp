#include "core/image/mask_rule.h"

#include <catch2/catch.hpp>

#include <array>
#include <vector>

#include "core/base/random.h"
#include "core/image/preprocess.h"

using namespace adrep;

TEST_CASE("any and area equal a count over small parts of pixels") {
  Random random(7);
  const std::vector<std::array<int, 4>> sizes = {{7, 5, 3, 2}, {6, 6, 3, 3}, {3, 4, 7, 6}, {9, 4, 4, 4}};
  for (const auto& [in_width, in_height, width, height] : sizes) {
    Image mask(in_width, in_height, 1);
    for (uint8_t& value : mask.pixels) value = random.below(3) == 0;
    const Image any = resize_mask(mask, width, height, MaskResize::any),
                area = resize_mask(mask, width, height, MaskResize::area);
    for (int y = 0; y < height; ++y)
      for (int x = 0; x < width; ++x) {
        // each new pixel has in_width × in_height parts, each of which lies in one old pixel
        int64_t parts = 0;
        for (int v = 0; v < in_height; ++v)
          for (int u = 0; u < in_width; ++u)
            parts += *mask.at((y * in_height + v) / height, (x * in_width + u) / width);
        CHECK(*any.at(y, x) == (parts > 0));
        CHECK(*area.at(y, x) == (2 * parts >= in_width * in_height));
      }
  }
}

TEST_CASE("a rule marks what is above its threshold, or any value but 0") {
  Image mask(4, 1, 1);
  mask.pixels = {0, 1, 127, 128};
  CHECK(marked(mask, {}).pixels == std::vector<uint8_t>{0, 1, 1, 1});
  CHECK(marked(mask, {127}).pixels == std::vector<uint8_t>{0, 0, 0, 1});
  CHECK(MaskRule{}.marks(-3));
  CHECK_FALSE(MaskRule{0.5}.marks(-3));
  CHECK(preprocess_mask(mask, {1, 1}, {0, MaskResize::any}).pixels.size() == 1);
}
