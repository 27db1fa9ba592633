#include "core/metrics/explain.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "core/metrics/aupro.h"
#include "core/metrics/score_maps.h"

using namespace adrep;
using namespace adrep::test;

namespace {

const std::vector<std::string> kProtocols{"exact", "paper", "glass", "mvtec-7", "mvtec-100", "adeval-5", "adeval-300"};

/// Image scores and labels that fit the maps.
struct ExplainedImages {
  std::vector<float> scores;
  std::vector<uint8_t> labels;

  explicit ExplainedImages(const ScoreMaps& maps) {
    const int64_t pixels = maps.height * maps.width;
    for (int64_t i = 0; i < maps.images; ++i) {
      const auto first = static_cast<std::ptrdiff_t>(i * pixels);
      scores.push_back(*std::max_element(maps.scores.begin() + first, maps.scores.begin() + first + pixels));
      labels.push_back(*std::max_element(maps.masks.begin() + first, maps.masks.begin() + first + pixels));
    }
  }
};

ProComparison explained(const ScoreMaps& maps, const std::vector<std::string>& protocols, double limit = 0.3) {
  const ExplainedImages images(maps);
  return explain({maps.view(), {images.scores, images.labels}, 2}, protocols, limit);
}

/// A sampled PRO with some of a protocol's rules, counted at every threshold by loops over all pixels.
class ByLoops {
 public:
  ByLoops(const ScoreMaps& maps, const std::string& protocol, bool corners = true)
      : maps_(maps), protocol_(protocol), region_(flood_regions(maps, count_, corners)) {
    area_.resize(static_cast<size_t>(count_));
    for (size_t p = 0; p < region_.size(); ++p)
      if (region_[p] < 0)
        normals_.push_back(maps.scores[p]);
      else
        ++area_[static_cast<size_t>(region_[p])];
    std::sort(normals_.begin(), normals_.end());
  }

  /// `steps`: the names of the rules that are the protocol's.
  std::optional<double> pro(const std::set<std::string>& steps, double limit) const {
    std::vector<std::pair<double, double>> curve;
    const std::vector<double> thresholds = find_thresholds();
    for (size_t t = thresholds.size(); t-- > 0;) curve.push_back(point(thresholds[t], steps, t, thresholds.size()));
    if (!steps.contains("ends")) {
      curve.insert(curve.begin(), {0, 0});
      curve.emplace_back(1, 1);
    }
    if (!steps.contains("limit")) {
      if (curve.front().first > limit) return std::nullopt;
      return brute_area(curve, limit);
    }
    std::erase_if(curve, [&](const auto& p) { return p.first >= limit; });
    if (steps.contains("few points") && protocol_ == "paper" && curve.size() <= 2) return 0.5;
    if (steps.contains("few points") && protocol_ == "glass" && curve.size() <= 1) return std::nullopt;
    if (!steps.contains("rescaling")) return curve.empty() ? 0 : whole_area(curve) / limit;
    if (curve.empty()) return std::nullopt;
    const double range = curve.back().first - curve.front().first + (protocol_ == "glass" ? 1e-10 : 0);
    if (range == 0) return std::nullopt;
    return whole_area(curve) / range;
  }

 private:
  static double whole_area(const std::vector<std::pair<double, double>>& curve) { return brute_area(curve, 2) * 2; }

  std::vector<double> find_thresholds() const {
    const auto [low, high] = std::minmax_element(maps_.scores.begin(), maps_.scores.end());
    std::vector<double> thresholds;
    if (protocol_.starts_with("mvtec")) {
      const int64_t ranks = std::stoll(protocol_.substr(6));
      for (int64_t i = 0; i < ranks; ++i)
        thresholds.push_back(normals_[static_cast<size_t>(i * (std::ssize(normals_) - 1) / (ranks - 1))]);
    } else if (protocol_.starts_with("adeval")) {
      const int bins = std::stoi(protocol_.substr(7));
      for (int i = 0; i <= bins; ++i)
        thresholds.push_back(static_cast<float>(i / static_cast<double>(bins)) * (*high - *low) + *low);
    } else {
      const float step = (*high - *low) / 200.0f, second = *low + step;
      for (int i = 0; static_cast<float>(i) < std::ceil((*high - *low) / step); ++i)
        thresholds.push_back(*low + i * (static_cast<double>(second) - static_cast<double>(*low)));
    }
    return thresholds;
  }

  std::pair<double, double> point(double threshold, const std::set<std::string>& steps, size_t t, size_t count) const {
    const auto called = [&](float score) {
      return steps.contains("comparison") ? score > threshold : score >= threshold;
    };
    double rate = 0, coverage = 0, weights = 0;
    for (int64_t p = 0; p < maps_.pixels(); ++p) {
      const auto at = static_cast<size_t>(p);
      if (region_[at] < 0) {
        rate += called(maps_.scores[at]) / static_cast<double>(normals_.size());
        continue;
      }
      double weight = 1 / area_[static_cast<size_t>(region_[at])];
      if (steps.contains("float weights")) weight = static_cast<float>(weight);
      weights += weight;
      bool found = false;
      const int64_t reach = steps.contains("dilation") ? 2 : 0, x = p % maps_.width, y = p / maps_.width % maps_.height;
      for (int64_t dy = -reach; dy <= reach; ++dy)
        for (int64_t dx = -reach; dx <= reach; ++dx)
          if (x + dx >= 0 && x + dx < maps_.width && y + dy >= 0 && y + dy < maps_.height)
            found |= called(maps_.scores[static_cast<size_t>(p + dy * maps_.width + dx)]);
      coverage += found * weight;
    }
    if (steps.contains("rate by rank")) {
      const size_t rank = t * (normals_.size() - 1) / (count - 1);
      rate = 1 - static_cast<double>(rank + 1) / static_cast<double>(normals_.size());
    }
    return {rate, coverage / weights};
  }

  const ScoreMaps& maps_;
  std::string protocol_;
  int count_ = 0;
  std::vector<int> region_;
  std::vector<double> area_;
  std::vector<float> normals_;
};

void check_against(const Metric& actual, const std::optional<double>& expected) {
  REQUIRE(actual.defined() == expected.has_value());
  if (expected) CHECK(actual.value == Approx(*expected).margin(1e-11));
}

const ProStep& step_of(const ProComparison& comparison, const std::string& name) {
  for (const ProStep& step : comparison.protocols[0].steps)
    if (step.name == name) return step;
  FAIL("no step " << name);
  return comparison.protocols[0].steps[0];
}

/// The largest difference of all steps but one.
double all_but(const ProComparison& comparison, const std::string& name) {
  double largest = 0;
  for (const ProStep& step : comparison.protocols[0].steps)
    if (step.name != name) largest = std::max(largest, std::abs(step.difference.value));
  return largest;
}

}  // namespace

TEST_CASE("the steps to a protocol end at its value bit for bit, and their differences add up") {
  for (uint64_t seed = 0; seed < 15; ++seed) {
    ScoreMaps maps = random_maps(seed, 4, 17, 23, static_cast<int>(seed % 3) * 6);
    if (seed % 5 == 4) maps.scores[7] = 500;  // so far away that two points are left
    const ExplainedImages images(maps);
    const ProComparison comparison = explained(maps, kProtocols);
    CHECK(comparison.exact.value == aupro_exact(maps.view()).value);
    REQUIRE(comparison.protocols.size() == kProtocols.size());
    for (const Explanation& explanation : comparison.protocols) {
      INFO("seed " << seed << " " << explanation.protocol);
      const Metric published =
          *NamedProtocol(explanation.protocol).evaluate({maps.view(), {images.scores, images.labels}, 1}).find("pro");
      CHECK(explanation.value.value == published.value);
      CHECK(explanation.value.undefined == published.undefined);
      if (explanation.protocol == "exact") {
        CHECK(explanation.steps.empty());
        continue;
      }
      CHECK(explanation.steps.back().value.value == published.value);
      double sum = 0;
      for (const ProStep& step : explanation.steps) sum += step.difference.value;
      if (published.defined()) CHECK(sum == Approx(published.value - comparison.exact.value).margin(1e-14));
    }
  }
}

TEST_CASE("every value between exact and a protocol equals counting at every threshold") {
  for (uint64_t seed = 0; seed < 6; ++seed) {
    ScoreMaps maps = random_maps(seed, 3, 9, 11, static_cast<int>(seed % 3) * 6);
    if (seed == 4) maps.scores[7] = 500;
    for (double limit : {0.3, 0.12}) {
      for (const Explanation& explanation :
           explained(maps, {"paper", "glass", "mvtec-7", "mvtec-40", "adeval-5", "adeval-60"}, limit).protocols) {
        std::set<std::string> taken;
        const ByLoops loops(maps, explanation.protocol);
        for (const ProStep& step : explanation.steps) {
          INFO("seed " << seed << " " << explanation.protocol << " to " << limit << " after " << step.name);
          taken.insert(step.name);
          check_against(step.value, loops.pro(taken, limit));
        }
        check_against(explanation.four_connected, ByLoops(maps, explanation.protocol, false).pro(taken, limit));
      }
    }
  }
}

TEST_CASE("where the thresholds alone matter, the difference is theirs") {
  ScoreMaps maps{1, 8, 16, std::vector<float>(128), std::vector<uint8_t>(128)};
  for (size_t p = 0; p < 128; ++p) maps.scores[p] = std::sin(static_cast<float>(p) * 1.7f);
  for (size_t p : {20, 21, 36, 37}) maps.masks[p] = 1;  // an area of 4: its weight is exact as a float
  maps.scores[20] = 1.5f;                               // the highest: no false positives at the highest edge
  maps.scores[21] = 0.95f;
  maps.scores[36] = 0.85f;
  const ProComparison comparison = explained(maps, {"adeval-5"});
  CHECK(std::abs(step_of(comparison, "thresholds").difference.value) > 0.01);
  CHECK(all_but(comparison, "thresholds") < 1e-15);
}

TEST_CASE("where scores tie, the difference of mvtec-N is that of the rate by rank") {
  const ScoreMaps maps = random_maps(9, 4, 20, 20, 6);
  const ProComparison comparison = explained(maps, {"mvtec-1000"});  // meets every distinct score
  CHECK(std::abs(step_of(comparison, "rate by rank").difference.value) > 0.01);
  CHECK(all_but(comparison, "rate by rank") < 1e-3);
}

TEST_CASE("glass departs from paper by the dilation alone, and the rule of 0.5 is a step of its own") {
  const ScoreMaps maps = random_maps(5, 5, 24, 24);
  const ProComparison glass = explained(maps, {"glass"}), paper = explained(maps, {"paper"});
  const Metric dilation = step_of(glass, "dilation").difference;
  CHECK(dilation.value > 0.05);
  CHECK(glass.protocols[0].value.value - paper.protocols[0].value.value == Approx(dilation.value).margin(1e-9));
  CHECK(step_of(paper, "few points").difference.value == 0);

  ScoreMaps stretched = maps;  // all normal pixels between two thresholds: one point is left, at a rate of 0
  for (size_t p = 0; p < maps.scores.size(); ++p) stretched.scores[p] = maps.masks[p] != 0 ? 1.f + maps.scores[p] : 0;
  stretched.scores[0] = 1e6f;
  REQUIRE(stretched.masks[0] == 0);
  const ProComparison half = explained(stretched, {"paper"});
  CHECK_FALSE(step_of(half, "rescaling").value.defined());
}

TEST_CASE("a value that is undefined on the way leaves its difference to the next step") {
  // half of the normal pixels share the highest score: no threshold has a rate below 0.3
  const std::vector<float> scores{1, 0, 1, 0, 1, 0, 1, 0, 1};
  const ScoreMaps maps{1, 3, 3, scores, {0, 0, 0, 0, 0, 0, 0, 0, 1}};
  const ProComparison comparison = explained(maps, {"paper", "adeval-5", "glass"});
  const std::vector<ProStep>& steps = comparison.protocols[0].steps;
  CHECK(steps.back().name == "few points");
  CHECK(steps.back().value.value == 0.5);
  double sum = comparison.exact.value;
  int undefined = 0;
  for (const ProStep& step : steps) {
    CHECK(step.difference.defined() == step.value.defined());
    undefined += !step.value.defined();
    if (step.difference.defined()) sum += step.difference.value;
  }
  CHECK(undefined >= 1);
  CHECK(sum == Approx(0.5).margin(1e-15));
  CHECK_FALSE(comparison.protocols[1].value.defined());
  CHECK_FALSE(comparison.protocols[2].value.defined());
}

TEST_CASE("ranks leave exact and mvtec-N as they are, and change protocols with evenly spaced scores") {
  ScoreMaps maps = random_maps(6, 5, 24, 24);
  for (float& score : maps.scores) score = std::exp(3 * score);
  for (const Explanation& explanation : explained(maps, {"exact", "mvtec-50", "paper", "adeval-20"}).protocols) {
    INFO(explanation.protocol);
    const double change = std::abs(explanation.of_ranks.value - explanation.value.value);
    if (explanation.protocol == "exact" || explanation.protocol == "mvtec-50")
      CHECK(change == 0);
    else
      CHECK(change > 0.01);
  }
}

TEST_CASE("sampling says how many thresholds trace the curve") {
  ScoreMaps maps = random_maps(8, 4, 20, 20);
  for (float& score : maps.scores) score = std::clamp(score, -2.f, 2.f);
  maps.scores[0] = 998;  // thresholds 5 apart: -2, 3, 8, …
  REQUIRE(maps.masks[0] == 0);
  const Sampling sampling = explained(maps, {"paper"}).protocols[0].sampling;
  CHECK(sampling.thresholds == 200);
  CHECK(sampling.below_limit == 199);  // all above 2: one false positive
  CHECK(sampling.at_start == 199);
  CHECK(sampling.highest_rate == sampling.lowest_rate);
  CHECK(sampling.widest_gap == Approx(0.3 - sampling.highest_rate).margin(1e-15));
  const Sampling ranks = explained(maps, {"mvtec-100"}).protocols[0].sampling;
  CHECK(ranks.thresholds == 100);
  CHECK(ranks.below_limit == 30);
  CHECK(ranks.widest_gap < 0.012);
}

TEST_CASE("maps without an anomaly and limits out of range") {
  ScoreMaps maps = random_maps(2, 3, 8, 8);
  CHECK_THROWS_AS(explained(maps, {"paper"}, 0), InputError);
  CHECK_THROWS_AS(explained(maps, {"paper"}, 1.5), InputError);
  CHECK_THROWS_AS(explained(maps, {"papr"}), InputError);
  std::fill(maps.masks.begin(), maps.masks.end(), uint8_t{0});
  const ProComparison comparison = explained(maps, kProtocols);
  CHECK(comparison.exact_curve.x.empty());
  for (const Explanation& explanation : comparison.protocols) {
    CHECK(explanation.value.undefined == "no anomalous pixel");
    CHECK(explanation.steps.empty());
  }
}
