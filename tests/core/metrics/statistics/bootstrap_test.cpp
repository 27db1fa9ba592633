#include "core/metrics/statistics/bootstrap.h"

#include <catch2/catch.hpp>

#include <numbers>

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/metrics/roc.h"

using namespace adrep;

namespace {

struct ResampledImages {
  std::vector<float> scores;
  std::vector<uint8_t> labels;
  ScoredImages view() const { return {scores, labels}; }
};

/// Normal scores N(0, 1), anomalous N(shift, 1): the true AUROC is Φ(shift / √2).
ResampledImages binormal(Random& random, int64_t normal, int64_t anomalous, double shift) {
  ResampledImages images;
  for (int64_t i = 0; i < normal + anomalous; ++i) {
    images.labels.push_back(i >= normal);
    images.scores.push_back(static_cast<float>(random.normal() + (i >= normal ? shift : 0)));
  }
  return images;
}

double true_auroc(double shift) {
  return 0.5 * std::erfc(-shift / 2);
}

}  // namespace

TEST_CASE("the fast AUROC of chosen images equals the exact one of a copy of them") {
  Random random(1);
  ResampledImages images = binormal(random, 20, 15, 0.7);
  for (float& score : images.scores) score = std::round(score * 3);
  const ImageStatistic statistic = auroc_of(images.view());
  for (int repeat = 0; repeat < 20; ++repeat) {
    std::vector<int64_t> chosen;
    ResampledImages copy;
    for (int i = 0; i < 30; ++i) {
      chosen.push_back(random.below(35));
      copy.scores.push_back(images.scores[static_cast<size_t>(chosen.back())]);
      copy.labels.push_back(images.labels[static_cast<size_t>(chosen.back())]);
    }
    CHECK(statistic(chosen).value == Approx(auroc(copy.view()).value).margin(1e-14));
  }
}

TEST_CASE("draws keep each class's number of images") {
  const std::vector<uint8_t> labels{0, 1, 0, 0, 1, 0};
  const ImageStatistic anomalous = [&](std::span<const int64_t> images) {
    double count = 0;
    for (int64_t i : images) count += labels[static_cast<size_t>(i)];
    return Metric::measured(count * 100 + static_cast<double>(images.size()));
  };
  const Interval interval = bootstrap_interval(labels, anomalous, {.replicates = 200});
  CHECK(interval.low.value == 206);
  CHECK(interval.high.value == 206);
}

TEST_CASE("an interval of a mean has the width of the normal approximation") {
  Random random(2);
  std::vector<double> values;
  for (int i = 0; i < 400; ++i) values.push_back(random.normal());
  const ImageStatistic mean = [&](std::span<const int64_t> images) {
    double sum = 0;
    for (int64_t i : images) sum += values[static_cast<size_t>(i)];
    return Metric::measured(sum / static_cast<double>(images.size()));
  };
  const Interval interval = bootstrap_interval(std::vector<uint8_t>(400), mean, {.replicates = 4000, .seed = 3});
  double squares = 0;
  for (double v : values) squares += (v - interval.estimate.value) * (v - interval.estimate.value) / 400;
  const double half = 1.96 * std::sqrt(squares / 400);
  CHECK(interval.low.value == Approx(interval.estimate.value - half).margin(0.08 * half));
  CHECK(interval.high.value == Approx(interval.estimate.value + half).margin(0.08 * half));
}

TEST_CASE("the same seed gives the same interval with any number of threads, another seed another") {
  Random random(3);
  const ResampledImages images = binormal(random, 40, 30, 1);
  const auto interval = [&](uint64_t seed, int threads) {
    const Interval i = bootstrap_interval(images.labels, auroc_of(images.view()),
                                          {.replicates = 300, .seed = seed, .threads = threads});
    return std::pair{i.low.value, i.high.value};
  };
  CHECK(interval(1, 1) == interval(1, 3));
  CHECK(interval(1, 1) != interval(2, 1));
}

TEST_CASE("a paired comparison sees a difference, and none between a method and itself") {
  Random random(4);
  ResampledImages good = binormal(random, 80, 80, 1.5), bad = good;
  for (size_t i = 0; i < bad.scores.size(); ++i) bad.scores[i] += static_cast<float>(1.5 * random.normal());
  const BootstrapOptions options{.replicates = 1000, .seed = 5};
  const PairedComparison different =
      paired_bootstrap(good.labels, auroc_of(good.view()), auroc_of(bad.view()), options);
  CHECK(different.p_value.value < 0.05);
  CHECK(different.difference.low.value > 0);
  CHECK(different.difference.estimate.value == Approx(auroc(good.view()).value - auroc(bad.view()).value));
  const PairedComparison same = paired_bootstrap(good.labels, auroc_of(good.view()), auroc_of(good.view()), options);
  CHECK(same.p_value.value == 1);
  CHECK(same.difference.low.value == 0);
}

TEST_CASE("undefined estimates and replicates are said, not averaged") {
  const std::vector<uint8_t> normal{0, 0};
  const ResampledImages images{{1, 2}, normal};
  const Interval none = bootstrap_interval(normal, auroc_of(images.view()), {.replicates = 20});
  CHECK(none.low.undefined == "no anomalous image");
  CHECK(none.undefined == 20);
  CHECK_FALSE(
      paired_bootstrap(normal, auroc_of(images.view()), auroc_of(images.view()), {.replicates = 5}).p_value.defined());
  CHECK_THROWS_AS(bootstrap_interval(normal, auroc_of(images.view()), {.replicates = 0}), InputError);
  CHECK_THROWS_AS(bootstrap_interval(normal, auroc_of(images.view()), {.confidence = 1}), InputError);
}

TEST_CASE("a nominal 95 % interval covers the truth in 93 to 97 % of 1000 repeats", "[slow]") {
  const double shift = 1, truth = true_auroc(shift);
  int covered = 0;
  for (uint64_t repeat = 0; repeat < 1000; ++repeat) {
    Random random(derive_seed(repeat, "coverage"));
    const ResampledImages images = binormal(random, 60, 80, shift);
    const Interval interval =
        bootstrap_interval(images.labels, auroc_of(images.view()), {.replicates = 500, .seed = repeat, .threads = 1});
    covered += interval.low.value <= truth && truth <= interval.high.value;
  }
  CHECK(covered >= 930);
  CHECK(covered <= 970);
}

TEST_CASE("equal methods are called different at the 5 % level about as often as that", "[slow]") {
  int rejected = 0;
  for (uint64_t repeat = 0; repeat < 1000; ++repeat) {
    Random random(derive_seed(repeat, "null"));
    const ResampledImages a = binormal(random, 50, 60, 1), b = binormal(random, 50, 60, 1);
    rejected += paired_bootstrap(a.labels, auroc_of(a.view()), auroc_of(b.view()),
                                 {.replicates = 300, .seed = repeat, .threads = 1})
                    .p_value.value <= 0.05;
  }
  CHECK(rejected >= 25);
  CHECK(rejected <= 80);
}

TEST_CASE("several metrics at once have the intervals each has alone") {
  Random random(5);
  const ResampledImages images = binormal(random, 12, 9, 0.8);
  const ImageStatistic auroc_alone = auroc_of(images.view());
  const ImageStatistic mean_alone = [&](std::span<const int64_t> chosen) {
    double sum = 0;
    for (const int64_t i : chosen) sum += images.scores[static_cast<size_t>(i)];
    return sum < 0 ? Metric::none("negative") : Metric::measured(sum);
  };
  BootstrapOptions options;
  options.replicates = 60;
  options.seed = 4;
  const std::vector<Interval> both = bootstrap_intervals(
      images.labels,
      [&](std::span<const int64_t> chosen) {
        return std::vector<Metric>{auroc_alone(chosen), mean_alone(chosen)};
      },
      options);
  REQUIRE(both.size() == 2);
  for (size_t m = 0; m < 2; ++m) {
    const Interval alone = bootstrap_interval(images.labels, m == 0 ? auroc_alone : mean_alone, options);
    CHECK(both[m].estimate.value == alone.estimate.value);
    CHECK(both[m].low.value == alone.low.value);
    CHECK(both[m].high.value == alone.high.value);
    CHECK(both[m].undefined == alone.undefined);
  }
}
