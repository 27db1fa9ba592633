#include "core/metrics/aupimo.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "core/metrics/score_maps.h"

using namespace adrep;
using namespace adrep::test;

namespace {

/// Mean recall over a fine logarithmic grid of rates: at each, the best recall of all thresholds with at most that
/// rate.
std::vector<double> by_grid(const ScoreMaps& maps, double lower, double upper, int steps) {
  const auto size = static_cast<size_t>(maps.height * maps.width);
  std::vector<float> normals;
  for (size_t i = 0; i < static_cast<size_t>(maps.images); ++i)
    if (std::count(maps.masks.begin() + i * size, maps.masks.begin() + (i + 1) * size, 1) == 0)
      normals.insert(normals.end(), maps.scores.begin() + i * size, maps.scores.begin() + (i + 1) * size);
  std::sort(normals.begin(), normals.end(), std::greater<>());
  std::vector<double> areas(static_cast<size_t>(maps.images));
  for (size_t p = 0; p < maps.scores.size(); ++p) {
    if (maps.masks[p] == 0) continue;
    const auto called =
        std::upper_bound(normals.begin(), normals.end(), maps.scores[p], std::greater<>()) - normals.begin();
    const double rate = static_cast<double>(called) / static_cast<double>(normals.size());
    const size_t image = p / size;
    const auto area = std::count(maps.masks.begin() + image * size, maps.masks.begin() + (image + 1) * size, 1);
    for (int s = 0; s < steps; ++s)
      if (rate <= lower * std::pow(upper / lower, (s + 0.5) / steps))
        areas[image] += 1.0 / steps / static_cast<double>(area);
  }
  return areas;
}

}  // namespace

TEST_CASE("AUPIMO equals a fine grid over the logarithm of the rate") {
  for (int levels : {0, 15}) {
    const ScoreMaps maps = random_maps(41, 6, 12, 12, levels);
    const Aupimo actual = aupimo(maps.view(), 0.01, 0.3);
    const std::vector<double> expected = by_grid(maps, 0.01, 0.3, 20000);
    double mean = 0, count = 0;
    for (size_t i = 0; i < expected.size(); ++i) {
      const bool anomalous = i % 3 != 0;  // every third of these images is normal
      REQUIRE(actual.images[i].defined() == anomalous);
      if (!anomalous) continue;
      CHECK(actual.images[i].value == Approx(expected[i]).margin(1e-3));
      mean += actual.images[i].value;
      count += 1;
    }
    CHECK(actual.mean.value == Approx(mean / count).epsilon(1e-13));
  }
}

TEST_CASE("AUPIMO has its closed forms") {
  const std::vector<uint8_t> masks{0, 0, 0, 0, /**/ 1, 0, 0, 1};
  CHECK(aupimo({std::vector<float>{1, 2, 3, 4, 5, 9, 9, 5}, masks, 2, 2, 2}, 0.1, 0.3).mean.value ==
        1);  // normal pixels of image 1 do not count
  // one of two pixels is found at a rate of 1/4 only
  CHECK(aupimo({std::vector<float>{1, 2, 3, 4, 4, 9, 9, 5}, masks, 2, 2, 2}, 0.1, 0.3).mean.value ==
        Approx(0.5 + 0.5 * std::log(0.3 / 0.25) / std::log(0.3 / 0.1)).epsilon(1e-13));
}

TEST_CASE("AUPIMO needs a wholly normal and an anomalous image, and ascending bounds") {
  const std::vector<float> scores{1, 2, 3, 4};
  CHECK(aupimo({scores, std::vector<uint8_t>{1, 0, 0, 0}, 1, 2, 2}).mean.undefined == "no wholly normal image");
  CHECK(aupimo({scores, std::vector<uint8_t>(4), 1, 2, 2}).mean.undefined == "no anomalous image");
  CHECK_FALSE(aupimo({{}, {}, 0, 2, 2}).mean.defined());
  for (const auto& [lower, upper] : {std::pair{0.0, 0.1}, std::pair{0.1, 0.1}, std::pair{0.5, 1.5}})
    CHECK_THROWS_AS(aupimo({scores, std::vector<uint8_t>(4), 1, 2, 2}, lower, upper), InputError);
}

TEST_CASE("AUPIMO is undefined where one normal pixel is a rate of its upper bound or more") {
  const std::vector<uint8_t> masks{0, 0, 0, 0, /**/ 1, 0, 0, 1};
  const std::vector<float> scores{1, 2, 3, 4, 5, 9, 9, 5};
  const auto of = [&](double upper) { return aupimo({scores, masks, 2, 2, 2}, 0.01, upper); };
  CHECK(of(0.26).mean.defined());
  for (const double upper : {0.25, 0.1}) {
    CHECK(of(upper).mean.undefined.find("below one normal pixel: one of 4 is a false-positive rate of 0.25") !=
          std::string::npos);
    CHECK_FALSE(of(upper).images[1].defined());
  }
}
