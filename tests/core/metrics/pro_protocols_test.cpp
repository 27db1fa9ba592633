#include "core/metrics/pro_protocols.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "core/metrics/aupro.h"
#include "core/metrics/score_maps.h"

using namespace adrep;
using namespace adrep::test;

namespace {

/// The rule, read literally: sort the normal scores, loop over the ranks, loop over the pixels.
double pro_by_loops(const ScoreMaps& maps, int64_t ranks) {
  int count = 0;
  const std::vector<int> region = flood_regions(maps, count);
  std::vector<double> area(static_cast<size_t>(count));
  std::vector<float> normals;
  for (size_t p = 0; p < region.size(); ++p)
    if (region[p] < 0)
      normals.push_back(maps.scores[p]);
    else
      ++area[static_cast<size_t>(region[p])];
  std::sort(normals.begin(), normals.end());
  std::vector<std::pair<double, double>> curve{{1, 1}};
  for (int64_t i = 0; i < ranks; ++i) {
    const auto position = static_cast<size_t>(i * (std::ssize(normals) - 1) / (ranks - 1));
    double coverage = 0;
    for (size_t p = 0; p < region.size(); ++p)
      if (region[p] >= 0 && maps.scores[p] > normals[position])
        coverage += 1 / area[static_cast<size_t>(region[p])] / count;
    curve.emplace_back(1 - static_cast<double>(position + 1) / static_cast<double>(normals.size()), coverage);
  }
  std::reverse(curve.begin(), curve.end());
  return brute_area(curve, 0.3);
}

}  // namespace

TEST_CASE("published PROs are undefined where their code breaks, with the reason") {
  ScoreMaps maps = random_maps(2, 3, 8, 8);
  const std::vector<uint8_t> normal(maps.masks.size()), anomalous(maps.masks.size(), 1);
  for (const ProRule& rule : {paper_rule(), glass_rule(), adeval_rule(50), mvtec_rule(50)}) {
    ScoreMaps constant = maps;
    std::fill(constant.scores.begin(), constant.scores.end(), 1.5f);
    if (rule.curve.thresholds != CurveRule::Thresholds::ranks)
      CHECK_THAT(pro_by(constant.view(), rule).undefined, Catch::Contains("equal"));
    CHECK(pro_by({maps.scores, normal, 3, 8, 8}, rule).undefined == "no anomalous pixel");
    CHECK(pro_by({maps.scores, anomalous, 3, 8, 8}, rule).undefined == "no normal pixel");
  }
  ScoreMaps separated = maps;  // every normal pixel has the lowest score: no threshold has a false positive
  for (size_t p = 0; p < maps.scores.size(); ++p) separated.scores[p] = maps.masks[p];
  CHECK_THAT(pro_by(separated.view(), paper_rule()).undefined, Catch::Contains("same false-positive rate"));
}

TEST_CASE("the published PRO changes under a monotone transform, the exact one does not") {
  ScoreMaps maps = random_maps(6, 5, 24, 24);
  const double paper = pro_by(maps.view(), paper_rule()).value, exact = aupro_exact(maps.view(), 0.3).value;
  for (float& score : maps.scores) score = std::exp(3 * score);
  CHECK(aupro_exact(maps.view(), 0.3).value == exact);
  CHECK(std::abs(pro_by(maps.view(), paper_rule()).value - paper) > 0.01);
}

TEST_CASE("MVTec's rule equals the loops that it is defined by, ties or not") {
  for (uint64_t seed = 0; seed < 12; ++seed) {
    const ScoreMaps maps = random_maps(seed, 4, 17, 23, static_cast<int>(seed % 3) * 6);
    for (int64_t ranks : {2, 7, 100, 5000}) {
      INFO("seed " << seed << " ranks " << ranks);
      CHECK(pro_by(maps.view(), mvtec_rule(ranks)).value == Approx(pro_by_loops(maps, ranks)).margin(1e-12));
    }
  }
}

TEST_CASE("MVTec's rule over several buckets, and with every rank it is close to the exact value") {
  const ScoreMaps maps = random_maps(21, 6, 120, 110);
  CHECK(pro_by(maps.view(), mvtec_rule(100)).value == Approx(pro_by_loops(maps, 100)).margin(1e-12));
  const double exact = aupro_exact(maps.view(), 0.3).value;
  CHECK(std::abs(pro_by(maps.view(), mvtec_rule(maps.pixels())).value - exact) < 1e-3);
}

TEST_CASE("MVTec's rule refuses one rank, and a single normal pixel works") {
  const std::vector<float> scores{1, 2};
  const std::vector<uint8_t> masks{0, 1};
  CHECK_THROWS_AS(pro_by({scores, masks, 1, 1, 2}, mvtec_rule(1)), InputError);
  CHECK(pro_by({scores, masks, 1, 1, 2}, mvtec_rule(5)).value == 1);
}
