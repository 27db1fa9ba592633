#include "core/metrics/average_precision.h"

#include <catch2/catch.hpp>

#include "core/metrics/pixel_metrics.h"
#include "core/metrics/score_maps.h"

using namespace adrep;
using namespace adrep::test;

namespace {

struct Brute {
  double precision = 0, f1 = 0;
  float threshold = 0;
};

Brute brute(const std::vector<float>& scores, const std::vector<uint8_t>& labels) {
  Brute result;
  const auto anomalous = static_cast<double>(std::count(labels.begin(), labels.end(), 1));
  double last_recall = 0;
  for (float threshold : std::set<float, std::greater<>>(scores.begin(), scores.end())) {
    double found = 0, called = 0;
    for (size_t i = 0; i < scores.size(); ++i) {
      called += scores[i] >= threshold;
      found += scores[i] >= threshold && labels[i] == 1;
    }
    const double recall = found / anomalous, f1 = 2 * found / (called + anomalous);
    result.precision += (recall - last_recall) * found / called;
    last_recall = recall;
    if (f1 > result.f1 + 1e-12) {
      result.f1 = f1;
      result.threshold = threshold;
    }
  }
  return result;
}

}  // namespace

TEST_CASE("average precision and best F1 equal a loop over all thresholds") {
  for (uint64_t seed = 0; seed < 30; ++seed) {
    const ScoreMaps maps = random_maps(seed, 3, 9, 10, static_cast<int>(seed % 3) * 5);
    const Brute expected = brute(maps.scores, maps.masks);
    const PixelMetrics pixels = exact_pixel_metrics(maps.view(), {});
    INFO("seed " << seed);
    CHECK(pixels.average_precision.value == Approx(expected.precision).margin(1e-12));
    CHECK(pixels.best_f1.value == Approx(expected.f1).margin(1e-12));
    CHECK(pixels.best_f1_threshold.value == expected.threshold);
    const ScoredImages as_images{maps.scores, maps.masks};
    CHECK(average_precision(as_images).value == Approx(expected.precision).margin(1e-12));
    CHECK(best_f1(as_images).value == pixels.best_f1.value);
  }
}

TEST_CASE("of equally good thresholds the highest is given") {
  // 5: found 1 of called 1, F1 = 2/3; 3: found 2 of called 4, F1 = 4/6
  const std::vector<float> scores{5, 4, 4, 3};
  const ImageMetrics images = exact_image_metrics({scores, std::vector<uint8_t>{1, 0, 0, 1}});
  CHECK(images.best_f1.value == Approx(2.0 / 3));
  CHECK(images.best_f1_threshold.value == 5);
}

TEST_CASE("precision is undefined with one class") {
  const std::vector<float> scores{1, 2};
  CHECK(average_precision({scores, std::vector<uint8_t>{0, 0}}).undefined == "no anomalous image");
  CHECK(best_f1({scores, std::vector<uint8_t>{1, 1}}).undefined == "no normal image");
  CHECK(pixel_average_precision({scores, std::vector<uint8_t>{0, 0}, 1, 1, 2}).undefined == "no anomalous pixel");
  CHECK_FALSE(exact_image_metrics({{}, {}}).best_f1_threshold.defined());
}
