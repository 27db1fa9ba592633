#include "core/calibration/labelled_threshold.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <vector>

#include "core/base/error.h"
#include "core/base/random.h"

using namespace adrep;
using Catch::Matchers::Contains;

namespace {

struct LabelledScores {
  std::vector<double> scores;
  std::vector<uint8_t> labels;
};

/// Defective ones score higher on average; of few `values` many tie, also with those of the other label. The first two
/// images are one of each.
LabelledScores random_labelled_scores(int64_t count, int64_t values, uint64_t seed) {
  Random random(seed);
  LabelledScores images;
  for (int64_t i = 0; i < count; ++i) {
    const bool defective = i == 0 || (i > 1 && random.uniform() < 0.4);
    const int64_t score = random.below(values) + (defective ? (values + 1) / 3 : 0);
    images.scores.push_back(static_cast<float>(score) / 16);
    images.labels.push_back(defective ? 1 : 0);
  }
  return images;
}

/// What a threshold does, counted.
struct CountedThreshold {
  double threshold = 0, f1 = 0, recall = 0, false_alarm_rate = 0;
};

CountedThreshold count_threshold(const LabelledScores& images, double threshold) {
  double found = 0, missed = 0, alarms = 0, passed = 0;
  for (size_t i = 0; i < images.scores.size(); ++i) {
    const bool called = images.scores[i] > threshold;
    (images.labels[i] ? (called ? found : missed) : (called ? alarms : passed)) += 1;
  }
  return {threshold, found / (found + (alarms + missed) / 2), found / (found + missed), alarms / (alarms + passed)};
}

/// Every threshold that calls other images defective than the next.
std::vector<CountedThreshold> every_threshold(const LabelledScores& images) {
  const std::set<double> distinct(images.scores.begin(), images.scores.end());
  std::vector<CountedThreshold> all{count_threshold(images, *distinct.begin() - 1)};
  for (const double score : distinct) all.push_back(count_threshold(images, score));
  return all;
}

void require_as_counted(const LabelledThreshold& chosen, const LabelledScores& images) {
  const CountedThreshold counted = count_threshold(images, chosen.threshold);
  CHECK(chosen.f1 == Approx(counted.f1).margin(1e-14));
  CHECK(chosen.recall == counted.recall);
  CHECK(chosen.false_alarm_rate == counted.false_alarm_rate);
}

/// Halfway between the scores around it, and the same in float32.
void require_in_the_middle(double threshold, const LabelledScores& images) {
  CHECK(threshold == static_cast<double>(static_cast<float>(threshold)));
  const std::set<double> distinct(images.scores.begin(), images.scores.end());
  const auto above = distinct.upper_bound(threshold);
  REQUIRE(above != distinct.end());
  if (above == distinct.begin()) return;  // below the lowest
  const double middle = (*above + *std::prev(above)) / 2;
  CHECK(threshold == Approx(middle).epsilon(1e-7));
}

}  // namespace

TEST_CASE("the threshold of the best F1 is the best of all, with the fewest false alarms", "[calibration]") {
  for (const int64_t values : {2, 7, 1'000'000})
    for (uint64_t seed = 0; seed < 60; ++seed) {
      const LabelledScores images = random_labelled_scores(2 + static_cast<int64_t>(seed), values, seed);
      CAPTURE(values, seed);
      const LabelledThreshold chosen = best_f1_threshold(images.scores, images.labels);
      require_as_counted(chosen, images);
      require_in_the_middle(chosen.threshold, images);
      for (const CountedThreshold& other : every_threshold(images)) {
        CHECK(other.f1 <= chosen.f1 + 1e-12);
        if (other.f1 > chosen.f1 - 1e-12) CHECK(other.false_alarm_rate >= chosen.false_alarm_rate);
      }
    }
}

TEST_CASE("the threshold for a recall has it with the fewest false alarms", "[calibration]") {
  for (const double recall : {0.001, 0.29, 0.5, 0.95, 1.0})
    for (const int64_t values : {2, 7, 1'000'000})
      for (uint64_t seed = 0; seed < 40; ++seed) {
        const LabelledScores images = random_labelled_scores(2 + static_cast<int64_t>(seed), values, seed);
        CAPTURE(recall, values, seed);
        const LabelledThreshold chosen = recall_threshold(images.scores, images.labels, recall);
        require_as_counted(chosen, images);
        require_in_the_middle(chosen.threshold, images);
        CHECK(chosen.recall >= recall);
        for (const CountedThreshold& other : every_threshold(images)) {
          if (other.recall < recall) continue;
          CHECK(other.false_alarm_rate >= chosen.false_alarm_rate);
          if (other.false_alarm_rate == chosen.false_alarm_rate) CHECK(other.recall <= chosen.recall);
        }
      }
}

TEST_CASE("a recall that a double cannot hold means the whole number of images", "[calibration]") {
  // scores 1 … 100 of defective images, one good image below every one of them: each more that is found is an alarm
  // more
  LabelledScores images;
  for (int i = 1; i <= 100; ++i) {
    images.scores.insert(images.scores.end(), {i + 0.0, i - 0.5});
    images.labels.insert(images.labels.end(), {1, 0});
  }
  for (int percent = 1; percent <= 100; ++percent) {
    CAPTURE(percent);
    CHECK(recall_threshold(images.scores, images.labels, percent / 100.0).recall == percent / 100.0);
  }
}

TEST_CASE("a threshold between neighbouring float32 numbers calls the same images in float32", "[calibration]") {
  for (const float low : {1.0F, -1.0F, 0.0F, 0.1F, 3e30F, 16777215.0F}) {
    const float high = std::nextafter(low, std::numeric_limits<float>::infinity());
    const LabelledScores images{{low, high}, {0, 1}};
    for (const LabelledThreshold& chosen :
         {best_f1_threshold(images.scores, images.labels), recall_threshold(images.scores, images.labels, 1)}) {
      CAPTURE(low);
      const auto threshold = static_cast<float>(chosen.threshold);
      CHECK(high > threshold);
      CHECK_FALSE(low > threshold);
      CHECK(chosen.f1 == 1);
      CHECK(chosen.false_alarm_rate == 0);
    }
  }
}

TEST_CASE("where the lowest score is a defective image's, the threshold for all of them is below it", "[calibration]") {
  const LabelledScores images{{0.5, 0.25, 0.75}, {0, 1, 1}};
  const LabelledThreshold chosen = recall_threshold(images.scores, images.labels, 1);
  CHECK(static_cast<float>(chosen.threshold) < 0.25F);
  CHECK(chosen.recall == 1);
  CHECK(chosen.false_alarm_rate == 1);
  // one score for all: everything or nothing
  const LabelledScores tied{{2, 2, 2}, {1, 0, 1}};
  CHECK(best_f1_threshold(tied.scores, tied.labels).threshold < 2);
  CHECK(best_f1_threshold(tied.scores, tied.labels).f1 == Approx(0.8));
}

TEST_CASE("labelled images from which no threshold follows are refused", "[calibration]") {
  const std::vector<double> scores = {1, 2};
  const std::vector<uint8_t> both = {0, 1}, good = {0, 0}, defective = {1, 1}, more = {0, 1, 1};
  CHECK_THROWS_WITH(best_f1_threshold(scores, good), Contains("no defective image"));
  CHECK_THROWS_WITH(recall_threshold(scores, defective, 0.9), Contains("no good image"));
  CHECK_THROWS_WITH(best_f1_threshold(scores, more), Contains("2 scores with 3 labels"));
  CHECK_THROWS_AS(best_f1_threshold({}, {}), InputError);
  for (const double wrong : {double{NAN}, double{INFINITY}, -1e39})
    CHECK_THROWS_WITH(best_f1_threshold(std::vector<double>{1, wrong}, both), Contains("labelled image 1"));
  for (const double recall : {0.0, -1.0, 1.01, double{NAN}})
    CHECK_THROWS_AS(recall_threshold(scores, both, recall), InputError);
}
