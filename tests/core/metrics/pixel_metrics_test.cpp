#include "core/metrics/pixel_metrics.h"

#include <catch2/catch.hpp>

#include "core/metrics/score_maps.h"
#include "core/metrics/score_ranking.h"

using namespace adrep;
using namespace adrep::test;

namespace {

std::vector<double> numbers(const PixelMetrics& metrics) {
  std::vector<double> all{metrics.auroc.value, metrics.average_precision.value, metrics.best_f1.value,
                          metrics.best_f1_threshold.value};
  for (const Metric& metric : metrics.aupro) all.push_back(metric.value);
  return all;
}

/// Groups by sorting all distinct anomalous scores and counting.
void check_groups(const ScoreMaps& maps, int threads) {
  std::map<float, std::array<int64_t, 2>, std::greater<>> at;  // score → normal, anomalous
  for (size_t p = 0; p < maps.scores.size(); ++p) ++at[maps.scores[p]][maps.masks[p]];
  ScoreRanking ranking(maps.view(), threads);
  auto expected = at.begin();
  int64_t above = 0;
  const auto skip_normals = [&] {
    for (; expected != at.end() && expected->second[1] == 0; ++expected) above += expected->second[0];
  };
  ranking.visit([&](const ScoreGroup& group) {
    skip_normals();
    REQUIRE(expected != at.end());
    REQUIRE(group.score == expected->first);
    REQUIRE(group.normals_above == above);
    REQUIRE(group.normals_tied == expected->second[0]);
    REQUIRE(group.anomalous == expected->second[1]);
    above += expected->second[0];
    ++expected;
    return true;
  });
  skip_normals();
  REQUIRE(expected == at.end());
}

}  // namespace

TEST_CASE("groups are right for every shape of score distribution and number of threads") {
  const ScoreMaps plain = random_maps(11, 6, 150, 140);  // several buckets and slices
  for (int kind = 0; kind < 6; ++kind) {
    ScoreMaps maps = plain;
    Random random(static_cast<uint64_t>(kind));
    for (float& score : maps.scores) {
      if (kind == 1) score = std::exp(4 * score);                               // long tail
      if (kind == 2) score = score < 0.5f ? 0 : score;                          // most scores are 0
      if (kind == 3) score = 1 + 1e-7f * static_cast<float>(random.below(40));  // a few neighbouring floats
      if (kind == 4) score = std::round(score * 20) / 20;
      if (kind == 5) score = score * 1e-42f;  // subnormal, positive and negative
    }
    if (kind == 3) maps.scores[77] = -3e38f, maps.scores[78] = 3e38f;  // outliers take all the range
    INFO("kind " << kind);
    for (int threads : {1, 3}) check_groups(maps, threads);
  }
}

TEST_CASE("metrics do not depend on the number of threads, bit for bit") {
  const ScoreMaps maps = random_maps(12, 9, 130, 150, 4000);
  const auto one = numbers(exact_pixel_metrics(maps.view(), {0.3, 0.05, 1}, 1));
  for (int threads : {2, 5, 16}) CHECK(numbers(exact_pixel_metrics(maps.view(), {0.3, 0.05, 1}, threads)) == one);
}

TEST_CASE("the order of images does not matter") {
  const ScoreMaps maps = random_maps(13, 7, 30, 31, 500);
  ScoreMaps shuffled = maps;
  const int64_t image = maps.height * maps.width;
  const auto order = Random(1).sample(maps.images, maps.images);
  for (size_t i = 0; i < order.size(); ++i) {
    std::copy_n(maps.scores.begin() + order[i] * image, image,
                shuffled.scores.begin() + static_cast<int64_t>(i) * image);
    std::copy_n(maps.masks.begin() + order[i] * image, image, shuffled.masks.begin() + static_cast<int64_t>(i) * image);
  }
  const auto a = numbers(exact_pixel_metrics(maps.view(), {0.3})),
             b = numbers(exact_pixel_metrics(shuffled.view(), {0.3}));
  for (size_t i = 0; i < a.size(); ++i) CHECK(a[i] == Approx(b[i]).epsilon(1e-13));
}

TEST_CASE("one image holds one pixel, or none does") {
  const std::vector<float> score{1};
  CHECK_FALSE(exact_pixel_metrics({score, std::vector<uint8_t>{1}, 1, 1, 1}, {0.3}).auroc.defined());
  const PixelMetrics none = exact_pixel_metrics({{}, {}, 0, 0, 0}, {0.3, 1});
  CHECK(none.auroc.undefined == "no anomalous pixel");
  CHECK(none.aupro.size() == 2);
}
