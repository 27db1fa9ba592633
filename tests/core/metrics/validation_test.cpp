#include "core/metrics/validation.h"

#include <catch2/catch.hpp>

#include <limits>

#include "core/base/error.h"
#include "core/metrics/pixel_metrics.h"
#include "core/metrics/pro_protocols.h"

using namespace adrep;

TEST_CASE("NaN and infinite scores are refused with the image's index") {
  const std::vector<uint8_t> masks{1, 0, 0, 0, 0, 1, 0, 0};
  for (float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
                    -std::numeric_limits<float>::infinity()}) {
    std::vector<float> scores{1, 2, 3, 4, 5, 6, bad, 8};
    const ScoredPixels pixels{scores, masks, 2, 2, 2};
    CHECK(first_non_finite(pixels) == 1);
    CHECK_THROWS_WITH(exact_pixel_metrics(pixels, {0.3}), Catch::Contains("image 1 "));
    CHECK_THROWS_AS(pro_by(pixels, paper_rule()), InputError);
    CHECK_THROWS_AS(pro_by(pixels, glass_rule()), InputError);
    CHECK(first_non_finite(ScoredImages{scores, masks}) == 6);
    CHECK_THROWS_WITH(exact_image_metrics({scores, masks}), Catch::Contains("image 6 "));
    scores[6] = 7;
    CHECK_FALSE(first_non_finite(pixels).has_value());
  }
}

TEST_CASE("scores, masks and labels of other sizes are refused") {
  const std::vector<float> scores(8);
  const std::vector<uint8_t> masks(8), fewer(7);
  CHECK_THROWS_AS(exact_pixel_metrics({scores, masks, 3, 2, 2}, {}), InputError);
  CHECK_THROWS_AS(exact_pixel_metrics({scores, fewer, 2, 2, 2}, {}), InputError);
  CHECK_THROWS_AS(exact_pixel_metrics({scores, masks, -2, -2, 2}, {}), InputError);
  CHECK_THROWS_AS(exact_image_metrics({scores, fewer}), InputError);
}
