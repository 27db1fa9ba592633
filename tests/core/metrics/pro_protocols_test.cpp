#include "core/metrics/pro_protocols.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "core/metrics/aupro.h"
#include "core/metrics/score_maps.h"

using namespace adrep;
using namespace adrep::test;

TEST_CASE("published PROs are undefined where their code breaks, with the reason") {
  ScoreMaps maps = random_maps(2, 3, 8, 8);
  for (const auto pro : {pro_paper, pro_glass}) {
    ScoreMaps constant = maps;
    std::fill(constant.scores.begin(), constant.scores.end(), 1.5f);
    CHECK_THAT(pro(constant.view(), 0).undefined, Catch::Contains("equal"));
    CHECK(pro({maps.scores, std::vector<uint8_t>(maps.masks.size()), 3, 8, 8}, 0).undefined == "no anomalous pixel");
    CHECK(pro({maps.scores, std::vector<uint8_t>(maps.masks.size(), 1), 3, 8, 8}, 0).undefined == "no normal pixel");
  }
  ScoreMaps separated = maps;  // every normal pixel has the lowest score: no threshold has a false positive
  for (size_t p = 0; p < maps.scores.size(); ++p) separated.scores[p] = maps.masks[p];
  CHECK_THAT(pro_paper(separated.view()).undefined, Catch::Contains("same false-positive rate"));
}

TEST_CASE("the published PRO changes under a monotone transform, the exact one does not") {
  ScoreMaps maps = random_maps(6, 5, 24, 24);
  const double paper = pro_paper(maps.view()).value, exact = aupro_exact(maps.view(), 0.3).value;
  for (float& score : maps.scores) score = std::exp(3 * score);
  CHECK(aupro_exact(maps.view(), 0.3).value == exact);
  CHECK(std::abs(pro_paper(maps.view()).value - paper) > 0.01);
}
