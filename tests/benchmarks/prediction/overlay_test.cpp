#include "benchmarks/prediction/overlay.h"

#include <catch2/catch.hpp>

#include "core/image/colour_map.h"
#include "detectors/pipeline/region_truth.h"

using namespace adrep;
using namespace adrep::test;

namespace {

using Rgb = std::array<uint8_t, 3>;

constexpr Rgb white = {255, 255, 255}, turquoise = {64, 224, 208};

Rgb colour_at(const Image& image, int y, int x) {
  return {image.at(y, x)[0], image.at(y, x)[1], image.at(y, x)[2]};
}

Image plain_photograph(int width, int height, const Rgb& colour) {
  Image image(width, height, 3);
  for (size_t i = 0; i < image.pixels.size(); ++i) image.pixels[i] = colour[i % 3];
  return image;
}

/// Its colours go from 1 to 1 + 2 · 4; regions of more than 3 pixels of a map.
Calibration calibration_from_one() {
  Calibration calibration = example_calibration();
  calibration.images = GoodScores({0, 1, 2, 3, 4});  // of which the middle half spreads by 2
  calibration.pixel_threshold = 1;
  calibration.threshold = 2;
  return calibration;
}

Image overlay_with(const Image& photograph, const at::Tensor& map, const Geometry& geometry,
                   const Calibration* calibration) {
  const Prediction prediction = prediction_of(map, 1, photograph.width, photograph.height, geometry, calibration);
  return overlay_of(photograph, prediction, geometry, calibration);
}

/// Pixel x of a photograph whose middle lies in content pixel `map`: 1; on an edge of it: −1; else 0.
int middle_lies_in(const SideTruth& side, int64_t x, int64_t map) {
  const int64_t middle = (2 * x + 1) * side.resized, begin = 2 * (map + side.cut) * side.length;
  const int64_t end = begin + 2 * side.length;
  return middle == begin || middle == end ? -1 : middle > begin && middle < end;
}

}  // namespace

TEST_CASE("a mask marks the photograph's pixels whose middle lies in a reported region", "[prediction]") {
  const Calibration calibration = example_calibration();
  for (const PhotographCase& one : photograph_cases) {
    CAPTURE(one.geometry.text(), one.width, one.height);
    const PhotographTruth truth(one.width, one.height, one.geometry);
    const at::Tensor map = random_map(one, 7);
    const Prediction prediction = prediction_of(map, 1, one.width, one.height, one.geometry, &calibration);
    const Image mask = mask_of(prediction, one.geometry, calibration);
    REQUIRE((mask.width == one.width && mask.height == one.height && mask.channels == 1));
    Image inside(one.width, one.height, 1), on_edge = inside, lone = inside;
    for (const MapPixels& pixels : flooded_regions(map, truth, 0.75)) {
      if (pixels.size() <= 3) continue;
      for (const auto& [map_x, map_y] : pixels) {
        // of a small photograph the map's pixels may lie between the middles
        *lone.at(static_cast<int>(truth.down.middle(map_y)), static_cast<int>(truth.across.middle(map_x))) = 1;
        for (int y = 0; y < one.height; ++y)
          for (int x = 0; x < one.width; ++x) {
            const int across = middle_lies_in(truth.across, x, map_x), down = middle_lies_in(truth.down, y, map_y);
            if (across == 1 && down == 1) *inside.at(y, x) = 1;
            if (across == -1 || down == -1) *on_edge.at(y, x) = 1;
          }
      }
    }
    const bool finer = one.width > 24 && one.height > 24;
    int64_t wrong = 0, marked = 0;
    for (size_t i = 0; i < mask.pixels.size(); ++i) {
      const bool is_marked = mask.pixels[i] == 255;
      wrong += mask.pixels[i] != 0 && !is_marked;
      marked += is_marked;
      if (inside.pixels[i] || lone.pixels[i]) wrong += !is_marked && !on_edge.pixels[i];
      if (finer && !inside.pixels[i] && !on_edge.pixels[i]) wrong += is_marked;
    }
    CHECK(wrong == 0);
    CHECK((marked > 0) == !prediction.regions.empty());
    for (int y = 0; y < one.height; ++y)
      for (int x = 0; x < one.width; ++x) {
        if (*mask.at(y, x) == 0) continue;
        const bool boxed = std::any_of(prediction.regions.begin(), prediction.regions.end(), [&](const Region& r) {
          return x >= r.left && y >= r.top && x < r.left + r.width && y < r.top + r.height;
        });
        REQUIRE(boxed);
      }
  }
}

TEST_CASE("an overlay shows the photograph in grey, darker where the model did not look", "[prediction]") {
  const Calibration calibration = calibration_from_one();
  const Image photograph = plain_photograph(80, 40, {200, 100, 50});
  const at::Tensor map = at::full({16, 16}, 1, at::kFloat);  // nothing above the threshold
  const Image overlay = overlay_with(photograph, map, {20, 16, Fit::crop}, &calibration);
  REQUIRE((overlay.width == 80 && overlay.height == 40 && overlay.channels == 3));
  // 80 × 40 becomes 40 × 20, of which columns 12 … 27 and rows 2 … 17 are seen: 24 … 55 and 4 … 35 of the photograph
  const Rgb grey = {124, 124, 124}, dark = {62, 62, 62};  // 0.299 · 200 + 0.587 · 100 + 0.114 · 50 = 124.2
  for (int y = 0; y < 40; ++y)
    for (int x = 0; x < 80; ++x)
      REQUIRE(colour_at(overlay, y, x) == (x >= 24 && x < 56 && y >= 4 && y < 36 ? grey : dark));
  const Image padded = overlay_with(photograph, map, {16, 16, Fit::pad}, &calibration);
  CHECK(std::all_of(padded.pixels.begin(), padded.pixels.end(), [](uint8_t value) { return value == 124; }));
}

TEST_CASE("heat begins at the pixel threshold and ends at the end of the range, for all images alike", "[prediction]") {
  const Calibration calibration = calibration_from_one();
  const HeatRange range = heat_range(calibration);
  CHECK((range.low == 1 && range.high == 9));
  const Image black = plain_photograph(640, 64, {0, 0, 0});
  const Geometry geometry{64, 64, Fit::squash};
  // from −10 to 20 along a row, linear also between the map's pixels
  const at::Tensor ramp = at::linspace(-10, 20, 64, at::kFloat).expand({64, 64}).contiguous();
  const Image overlay = overlay_with(black, ramp, geometry, &calibration);
  const auto score_at = [](int x) { return -10 + 30 * ((x + 0.5) / 10 - 0.5) / 63; };
  const Rgb last = heat_colour(1);
  int before = 0, coloured = 0, saturated = 0;
  for (int x = 0; x < 640; ++x) {
    const Rgb colour = colour_at(overlay, 32, x);
    if (colour == turquoise || colour == white) continue;  // lines of the region
    const bool lit = colour != Rgb{0, 0, 0};
    if (score_at(x) <= 1) CHECK_FALSE(lit);
    if (score_at(x) > 1.1 && score_at(x) < 19) CHECK(lit);
    before += !lit, coloured += lit;
    if (score_at(x) < 9.1 || x > 630) continue;
    ++saturated;
    for (size_t c = 0; c < 3; ++c) CHECK(colour[c] == std::lround(0.75 * last[c]));
  }
  CHECK((before > 100 && coloured > 100 && saturated > 100));

  // the same score has the same colour beside higher ones
  const at::Tensor low = at::full({64, 64}, 1.5, at::kFloat), high = low.clone();
  high[60][60] = 1000;
  CHECK(colour_at(overlay_with(black, low, geometry, &calibration), 20, 100) ==
        colour_at(overlay_with(black, high, geometry, &calibration), 20, 100));
}

TEST_CASE("the range of the colours is never empty, and no single strange image widens it", "[prediction]") {
  Calibration calibration = calibration_from_one();
  calibration.images = GoodScores({0, 1, 2, 3, 400});
  CHECK(heat_range(calibration).high == 9);
  calibration.images = GoodScores({4});
  CHECK(heat_range(calibration).high == 2);
  calibration.pixel_threshold = 0;
  CHECK(heat_range(calibration).high > 0);
}

TEST_CASE("reported regions have an outline and a box around them, others have none", "[prediction]") {
  const Calibration calibration = calibration_from_one();
  const Geometry geometry{32, 32, Fit::squash};
  at::Tensor map = at::zeros({32, 32}, at::kFloat);
  for (int i = 8; i < 16; ++i) map[i][i] = map[i][i - 1] = 100;  // a diagonal
  map[28][28] = 100;                                             // one pixel is too few
  const Image overlay = overlay_with(plain_photograph(320, 320, {90, 90, 90}), map, geometry, &calibration);
  // columns 7 … 15 and rows 8 … 15 of the map: 70 … 159 and 80 … 159 of the photograph; the line is one pixel wide
  for (int x = 69; x <= 160; ++x) CHECK((colour_at(overlay, 79, x) == white || colour_at(overlay, 79, x) == turquoise));
  for (int y = 79; y <= 160; ++y) CHECK((colour_at(overlay, y, 69) == white || colour_at(overlay, y, 69) == turquoise));
  CHECK((colour_at(overlay, 160, 69) == white && colour_at(overlay, 79, 160) == white));
  CHECK((colour_at(overlay, 78, 100) != white && colour_at(overlay, 100, 68) != white));
  CHECK(colour_at(overlay, 105, 89) == turquoise);  // beside row 10, columns 9 and 10
  CHECK(colour_at(overlay, 105, 110) == turquoise);
  CHECK(colour_at(overlay, 105, 90) != turquoise);
  int lines = 0;
  for (int y = 200; y < 320; ++y)
    for (int x = 200; x < 320; ++x) lines += colour_at(overlay, y, x) == white || colour_at(overlay, y, x) == turquoise;
  CHECK(lines == 0);
}

TEST_CASE("a box at the photograph's edge is drawn inside of it", "[prediction]") {
  const Calibration calibration = calibration_from_one();
  const at::Tensor map = at::full({8, 8}, 5, at::kFloat);
  const Image overlay = overlay_with(plain_photograph(50, 30, {0, 0, 0}), map, {8, 8, Fit::squash}, &calibration);
  for (int x = 0; x < 50; ++x) CHECK((colour_at(overlay, 0, x) == white && colour_at(overlay, 29, x) == white));
  for (int y = 0; y < 30; ++y) CHECK((colour_at(overlay, y, 0) == white && colour_at(overlay, y, 49) == white));
  CHECK(colour_at(overlay, 1, 1) != white);
}

TEST_CASE("overlays of large photographs are smaller, with the regions in their place", "[prediction]") {
  const Calibration calibration = calibration_from_one();
  at::Tensor map = at::zeros({10, 10}, at::kFloat);
  map.slice(0, 4, 6).slice(1, 2, 6).fill_(100);
  const Image overlay = overlay_with(plain_photograph(3000, 2000, {0, 0, 0}), map, {10, 10, Fit::squash}, &calibration);
  REQUIRE((overlay.width == longest_overlay_side && overlay.height == 1067));
  // the region is 0.2 … 0.6 across and 0.4 … 0.6 down; lines of 4 pixels lie around it
  CHECK(colour_at(overlay, 533, 318) == turquoise);
  CHECK(colour_at(overlay, 533, 962) == turquoise);
  CHECK(colour_at(overlay, 424, 640) == turquoise);
  CHECK(colour_at(overlay, 642, 640) == turquoise);
  CHECK(colour_at(overlay, 533, 310) != turquoise);
  const Image narrow = overlay_with(plain_photograph(1, 4000, {0, 0, 0}), map, {10, 10, Fit::squash}, nullptr);
  CHECK((narrow.width == 1 && narrow.height == longest_overlay_side));
}

TEST_CASE("without a calibration the colours are of the map's own range, and nothing is outlined", "[prediction]") {
  at::Tensor map = at::zeros({8, 8}, at::kFloat);
  map[4][4] = 5;
  const Image overlay = overlay_with(plain_photograph(80, 80, {0, 0, 0}), map, {8, 8, Fit::squash}, nullptr);
  CHECK(colour_at(overlay, 10, 10) == Rgb{0, 0, 0});
  CHECK(colour_at(overlay, 44, 44)[0] > 150);
  for (int y = 0; y < 80; ++y)
    for (int x = 0; x < 80; ++x) REQUIRE((colour_at(overlay, y, x) != white && colour_at(overlay, y, x) != turquoise));
  const Image flat = overlay_with(plain_photograph(80, 80, {9, 9, 9}), at::zeros({8, 8}), {8, 8, Fit::squash}, nullptr);
  CHECK(std::all_of(flat.pixels.begin(), flat.pixels.end(), [](uint8_t value) { return value == 9; }));
}
