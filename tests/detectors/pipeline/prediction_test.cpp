#include "detectors/pipeline/prediction.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <tuple>

#include "core/base/error.h"
#include "detectors/pipeline/region_truth.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;

namespace {

/// Of the good images' region areas in example_calibration, counted.
double counted_p_value(size_t area) {
  int64_t at_least = 1;
  for (const size_t good : {0, 0, 2, 4, 4, 9, 20}) at_least += good >= area;
  return static_cast<double>(at_least) / 8;
}

/// What a region must be, from its pixels.
Region expected_region(const MapPixels& pixels, const at::Tensor& map, const PhotographTruth& truth) {
  const auto& [across, down] = truth;
  const auto values = map.accessor<float, 2>();
  const auto value = [&](const auto& pixel) { return values[pixel.second + down.begin][pixel.first + across.begin]; };
  int64_t left = 1000, top = 1000, right = 0, bottom = 0;
  for (const auto& [x, y] : pixels) {
    left = std::min(left, x), right = std::max(right, x + 1);
    top = std::min(top, y), bottom = std::max(bottom, y + 1);
  }
  const auto peak = *std::max_element(pixels.begin(), pixels.end(),
                                      [&](const auto& a, const auto& b) { return value(a) < value(b); });
  const auto whole = [](int64_t number) { return static_cast<int>(number); };
  return {.left = whole(across.edge_down(left)),
          .top = whole(down.edge_down(top)),
          .width = whole(across.edge_up(right) - across.edge_down(left)),
          .height = whole(down.edge_up(bottom) - down.edge_down(top)),
          .area = static_cast<double>(std::ssize(pixels) * across.length * down.length) /
                  static_cast<double>(across.resized * down.resized),
          .peak = value(peak),
          .peak_x = whole(across.middle(peak.first)),
          .peak_y = whole(down.middle(peak.second)),
          .p_value = counted_p_value(pixels.size())};
}

/// Values in (0, 1] differ, so a peak names its region.
const Region& region_of_peak(const std::vector<Region>& regions, double peak) {
  const auto found =
      std::find_if(regions.begin(), regions.end(), [&](const Region& region) { return region.peak == peak; });
  REQUIRE(found != regions.end());
  return *found;
}

}  // namespace

TEST_CASE("a prediction's regions are those of a flood fill, in the photograph's own pixels", "[prediction]") {
  const PhotographCase& one = GENERATE(from_range(photograph_cases));
  CAPTURE(one.geometry.text(), one.width, one.height);
  const PhotographTruth truth(one.width, one.height, one.geometry);
  const Calibration calibration = example_calibration();
  size_t compared = 0;
  for (uint64_t seed = 0; seed < 20; ++seed) {
    const at::Tensor map = random_map(one, seed);
    const Prediction prediction = prediction_of(map, 1, one.width, one.height, one.geometry, &calibration);
    std::vector<MapPixels> flooded = flooded_regions(map, truth, calibration.pixel_threshold);
    std::erase_if(flooded, [](const MapPixels& pixels) { return pixels.size() <= 3; });
    REQUIRE(prediction.regions.size() == flooded.size());
    for (const MapPixels& pixels : flooded) {
      const Region expected = expected_region(pixels, map, truth);
      const Region& region = region_of_peak(prediction.regions, expected.peak);
      const auto places = [](const Region& r) {
        return std::tuple(r.left, r.top, r.width, r.height, r.peak_x, r.peak_y);
      };
      CHECK(places(region) == places(expected));
      CHECK(region.area == Approx(expected.area).epsilon(1e-12));
      CHECK(region.p_value == expected.p_value);
      ++compared;
    }
    CHECK(std::is_sorted(prediction.regions.begin(), prediction.regions.end(),
                         [](const Region& a, const Region& b) { return a.area > b.area; }));
  }
  REQUIRE(compared > 0);
}

TEST_CASE("boxes lie in the photograph, hold their peaks, and areas add up to at most what was seen", "[prediction]") {
  Calibration calibration = example_calibration();
  calibration.region_area = 0;
  for (const PhotographCase& one : photograph_cases) {
    CAPTURE(one.geometry.text(), one.width, one.height);
    for (uint64_t seed = 100; seed < 110; ++seed) {
      const at::Tensor map = random_map(one, seed);
      const Prediction prediction = prediction_of(map, 1, one.width, one.height, one.geometry, &calibration);
      double area = 0;
      for (const Region& region : prediction.regions) {
        area += region.area;
        CHECK((region.left >= 0 && region.top >= 0 && region.width > 0 && region.height > 0));
        CHECK((region.left + region.width <= one.width && region.top + region.height <= one.height));
        CHECK((region.peak_x >= region.left && region.peak_x < region.left + region.width));
        CHECK((region.peak_y >= region.top && region.peak_y < region.top + region.height));
        CHECK(region.area <= region.width * region.height * (1 + 1e-9));
      }
      CHECK(area <= one.width * one.height);
    }
    // all of it above the threshold: one region, which is what the square shows
    calibration.pixel_threshold = -1;
    const Prediction whole = prediction_of(random_map(one, 1), 1, one.width, one.height, one.geometry, &calibration);
    calibration.pixel_threshold = 0.75;
    REQUIRE(whole.regions.size() == 1);
    const SeenPart seen = seen_part(one.width, one.height, one.geometry);
    CHECK(whole.regions[0].area == Approx((seen.right - seen.left) * (seen.bottom - seen.top)));
    if (one.geometry.fit == Fit::crop) continue;
    CHECK((whole.regions[0].width == one.width && whole.regions[0].height == one.height));
    CHECK(whole.regions[0].area == Approx(one.width * one.height));
  }
}

TEST_CASE("a rectangle of a photograph is found where it was drawn", "[prediction]") {
  const Fit fit = GENERATE(Fit::crop, Fit::squash, Fit::pad);
  const Geometry geometry{fit == Fit::crop ? 72 : 64, 64, fit};
  Calibration calibration = example_calibration();
  calibration.pixel_threshold = 0.5;
  for (const auto& [width, height] : {std::pair{331, 257}, {190, 305}}) {
    CAPTURE(fit_name(fit), width, height);
    Image mask(width, height, 1);
    const int left = width / 2 - 31, top = height / 2 + 5, right = left + 77, bottom = top + 43;
    for (int y = top; y < bottom; ++y) std::fill_n(mask.at(y, left), right - left, uint8_t{255});
    const Image small = preprocess_mask(mask, geometry);
    const at::Tensor map = at::empty({64, 64}, at::kFloat);
    std::copy(small.pixels.begin(), small.pixels.end(), map.mutable_data_ptr<float>());
    const Prediction prediction = prediction_of(map, 1, width, height, geometry, &calibration);
    REQUIRE(prediction.regions.size() == 1);
    const Region& region = prediction.regions[0];
    const double pixel = fit == Fit::crop ? std::min(width, height) / 72.0 : std::max(width, height) / 64.0;
    CHECK(std::abs(region.left - left) <= pixel + 1);
    CHECK(std::abs(region.top - top) <= pixel + 1);
    CHECK(std::abs(region.left + region.width - right) <= pixel + 1);
    CHECK(std::abs(region.top + region.height - bottom) <= pixel + 1);
    CHECK(region.area == Approx(77 * 43).epsilon(0.12));
  }
}

TEST_CASE("p-value and decision come from the calibration, and without one there are none", "[prediction]") {
  const PhotographCase& one = photograph_cases[1];
  const Calibration calibration = example_calibration();
  const at::Tensor map = random_map(one, 3);
  const auto of_score = [&](double score, const Calibration* with) {
    return prediction_of(map, score, one.width, one.height, one.geometry, with);
  };
  const Prediction good = of_score(2, &calibration), defect = of_score(2.25, &calibration);
  CHECK((good.score == 2 && good.p_value == 3.0 / 6 && good.is_defect == false));  // not above the threshold
  CHECK((defect.p_value == 2.0 / 6 && defect.is_defect == true));
  CHECK(of_score(7, &calibration).p_value == 1.0 / 6);
  CHECK((good.width == one.width && good.height == one.height && good.content == Content{0, 0, 24, 24}));
  CHECK(good.map.equal(map));

  const Prediction without = of_score(7, nullptr);
  CHECK((without.score == 7 && !without.p_value && !without.is_defect && without.regions.empty()));
  const Geometry tiles{24, 24, Fit::tiles};
  CHECK_THROWS_WITH(prediction_of(map, 1, 40, 50, tiles, &calibration), Contains("image.fit=tiles"));
  CHECK_THROWS(prediction_of(map.to(at::kDouble), 1, 40, 50, one.geometry, &calibration));
}

TEST_CASE("the largest region and the reported pixels are those of a flood fill", "[prediction]") {
  const Calibration calibration = example_calibration();
  for (const PhotographCase& one : photograph_cases) {
    CAPTURE(one.geometry.text(), one.width, one.height);
    const PhotographTruth truth(one.width, one.height, one.geometry);
    const Content content = content_of(one.width, one.height, one.geometry);
    for (uint64_t seed = 30; seed < 40; ++seed) {
      const at::Tensor map = random_map(one, seed);
      at::Tensor expected = at::zeros({24, 24}, at::kByte);
      size_t largest = 0;
      for (const MapPixels& pixels : flooded_regions(map, truth, 0.75)) {
        largest = std::max(largest, pixels.size());
        if (pixels.size() <= 3) continue;
        for (const auto& [x, y] : pixels) expected[y + truth.down.begin][x + truth.across.begin] = 1;
      }
      CHECK(largest_region(map, content, 0.75) == static_cast<double>(largest));
      CHECK(reported_pixels(map, content, calibration).equal(expected));
    }
    CHECK(largest_region(random_map(one, 1), content, 1) == 0);  // there is padding above it
  }
}

TEST_CASE("a pixel at the threshold is in no region, and nor is one that is no number", "[prediction]") {
  at::Tensor map = at::full({4, 4}, 0.25, at::kFloat);
  map[0][0] = 0.5;
  map[2][2] = std::numeric_limits<float>::quiet_NaN();
  map[3][3] = 0.625;
  CHECK(largest_region(map, {0, 0, 4, 4}, 0.5) == 1);
  CHECK(largest_region(map, {0, 0, 4, 4}, 0.375) == 1);
  CHECK(largest_region(map, {0, 0, 3, 4}, 0.5) == 0);
}
