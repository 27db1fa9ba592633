#include "core/image/colour_map.h"

#include <catch2/catch.hpp>

using namespace adrep;

namespace {

double lightness(const std::array<uint8_t, 3>& c) {
  return 0.299 * c[0] + 0.587 * c[1] + 0.114 * c[2];
}

}  // namespace

TEST_CASE("heat colours grow lighter with the value and are clamped", "[colour]") {
  double last = -1;
  for (int i = 0; i <= 100; ++i) {
    const double now = lightness(heat_colour(i / 100.0));
    REQUIRE(now >= last);
    last = now;
  }
  REQUIRE(heat_colour(-3) == heat_colour(0));
  REQUIRE(heat_colour(7) == heat_colour(1));
}

TEST_CASE("an overlay shows high scores in light colours and keeps the size", "[colour]") {
  Image image(2, 1, 3);
  const float scores[] = {0, 10};
  const Image overlay = heat_overlay(image, scores, 0, 10);
  REQUIRE((overlay.width == 2 && overlay.height == 1 && overlay.channels == 3));
  REQUIRE(overlay.at(0, 1)[0] > overlay.at(0, 0)[0] + 100);
  const float equal[] = {4, 4};
  REQUIRE(heat_overlay(image, equal, 4, 4).pixels.size() == 6);  // an empty range divides by nothing
}

TEST_CASE("the outline lies around the mask, also at the image's edge", "[colour]") {
  Image image(4, 4, 3), mask(4, 4, 1);
  for (int row = 0; row < 3; ++row)
    for (int column = 0; column < 3; ++column) *mask.at(row, column) = 1;
  draw_outline(image, mask, {9, 9, 9});
  int drawn = 0;
  for (int row = 0; row < 4; ++row)
    for (int column = 0; column < 4; ++column) drawn += *image.at(row, column) == 9;
  REQUIRE(drawn == 6);
  REQUIRE(*image.at(2, 2) == 0);
  REQUIRE(*image.at(3, 3) == 0);
}
