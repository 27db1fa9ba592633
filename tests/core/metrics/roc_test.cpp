#include "core/metrics/roc.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"

#include "core/metrics/score_maps.h"

using namespace adrep;
using namespace adrep::test;

TEST_CASE("AUROC equals counting pairs") {
  for (uint64_t seed = 0; seed < 30; ++seed) {
    Random random(seed);
    std::vector<float> scores;
    std::vector<uint8_t> labels{0, 1};
    const int64_t count = 2 + random.below(60), levels = 1 + random.below(20);
    while (std::ssize(labels) < count) labels.push_back(static_cast<uint8_t>(random.below(2)));
    for (uint8_t label : labels) scores.push_back(static_cast<float>(random.below(levels) + label - 3));
    INFO("seed " << seed);
    REQUIRE(auroc({scores, labels}).value == Approx(brute_auroc(scores, labels)).margin(1e-14));
  }
}

TEST_CASE("pixel AUROC equals counting pairs, however many threads sort") {
  for (int levels : {0, 7}) {
    const ScoreMaps maps = random_maps(8, 3, 15, 17, levels);
    const double expected = brute_auroc(maps.scores, maps.masks);
    for (int threads : {1, 2, 3, 8}) CHECK(pixel_auroc(maps.view(), threads).value == Approx(expected).margin(1e-14));
  }
}

TEST_CASE("AUROC has its closed forms") {
  const std::vector<uint8_t> labels{0, 0, 1, 1};
  CHECK(auroc({std::vector<float>{1, 2, 3, 4}, labels}).value == 1);
  CHECK(auroc({std::vector<float>{4, 3, 2, 1}, labels}).value == 0);
  CHECK(auroc({std::vector<float>{5, 5, 5, 5}, labels}).value == 0.5);
  CHECK(auroc({std::vector<float>{0.0f, -1, -0.0f, 1}, labels}).value == 0.875);  // −0 ties with 0
}

TEST_CASE("AUROC of one class is undefined, with the reason") {
  const std::vector<float> scores{1, 2};
  CHECK(auroc({scores, std::vector<uint8_t>{0, 0}}).undefined == "no anomalous image");
  CHECK(auroc({scores, std::vector<uint8_t>{1, 1}}).undefined == "no normal image");
  CHECK(auroc({{}, {}}).undefined == "no anomalous image");
  CHECK(pixel_auroc({scores, std::vector<uint8_t>{1, 1}, 1, 1, 2}).undefined == "no normal pixel");
}

TEST_CASE("recall at a false-positive rate is the best of all thresholds that keep to it") {
  for (int levels : {0, 8}) {
    const ScoreMaps maps = random_maps(9, 3, 9, 9, levels);
    const auto normals = static_cast<double>(std::count(maps.masks.begin(), maps.masks.end(), 0));
    const double anomalous = static_cast<double>(maps.pixels()) - normals;
    for (double rate : {0.0, 0.05, 0.29, 0.3, 1.0}) {
      double best = 0;
      for (float threshold : maps.scores) {
        double found = 0, called = 0;
        for (size_t p = 0; p < maps.scores.size(); ++p)
          if (maps.scores[p] >= threshold) ++(maps.masks[p] != 0 ? found : called);
        if (called / normals <= rate) best = std::max(best, found / anomalous);
      }
      CHECK(pixel_recall_at_fpr(maps.view(), rate).value == Approx(best).margin(1e-15));
      CHECK(recall_at_fpr({maps.scores, maps.masks}, rate).value == Approx(best).margin(1e-15));
    }
  }
  CHECK_THROWS_AS(recall_at_fpr({std::vector<float>{1}, std::vector<uint8_t>{1}}, 1.5), InputError);
  CHECK_FALSE(recall_at_fpr({std::vector<float>{1}, std::vector<uint8_t>{1}}, 0.5).defined());
}

TEST_CASE("the false-positive rate at a recall is that of the highest threshold which finds so many", "[metrics]") {
  Random random(12);
  for (int round = 0; round < 40; ++round) {
    std::vector<float> scores;
    std::vector<uint8_t> labels{0, 1};
    for (int i = 0; i < 30; ++i) labels.push_back(static_cast<uint8_t>(random.below(2)));
    for (uint8_t label : labels) scores.push_back(static_cast<float>(random.below(12) + 3 * label));
    for (const double recall : {0.05, 0.5, 0.95, 1.0}) {
      double best = 1;
      for (const float threshold : scores) {
        double found = 0, anomalous = 0, called = 0, normals = 0;
        for (size_t i = 0; i < scores.size(); ++i) {
          (labels[i] ? anomalous : normals) += 1;
          if (scores[i] >= threshold) (labels[i] ? found : called) += 1;
        }
        if (found >= recall * anomalous) best = std::min(best, called / normals);
      }
      CHECK(fpr_at_recall({scores, labels}, recall).value == best);
    }
  }
  const std::vector<float> scores{1, 2};
  CHECK(fpr_at_recall({scores, std::vector<uint8_t>{0, 0}}, 0.95).undefined == "no anomalous image");
  CHECK(fpr_at_recall({scores, std::vector<uint8_t>{1, 1}}, 0.95).undefined == "no normal image");
  CHECK_THROWS_AS(fpr_at_recall({scores, std::vector<uint8_t>{0, 1}}, 0), InputError);
}
