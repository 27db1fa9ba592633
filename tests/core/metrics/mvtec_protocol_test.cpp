#include "core/metrics/mvtec_protocol.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "core/metrics/aupro.h"
#include "core/metrics/score_maps.h"

using namespace adrep;
using namespace adrep::test;

namespace {

/// The rule, read literally: sort the normal scores, loop over the ranks, loop over the pixels.
double by_loops(const ScoreMaps& maps, int64_t ranks) {
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

TEST_CASE("MVTec's rule equals the loops that it is defined by, ties or not") {
  for (uint64_t seed = 0; seed < 12; ++seed) {
    const ScoreMaps maps = random_maps(seed, 4, 17, 23, static_cast<int>(seed % 3) * 6);
    for (int64_t ranks : {2, 7, 100, 5000}) {
      INFO("seed " << seed << " ranks " << ranks);
      CHECK(pro_mvtec(maps.view(), ranks).value == Approx(by_loops(maps, ranks)).margin(1e-12));
    }
  }
}

TEST_CASE("MVTec's rule over several buckets, and with every rank it is close to the exact value") {
  const ScoreMaps maps = random_maps(21, 6, 120, 110);
  CHECK(pro_mvtec(maps.view(), 100).value == Approx(by_loops(maps, 100)).margin(1e-12));
  const double exact = aupro_exact(maps.view(), 0.3).value;
  CHECK(std::abs(pro_mvtec(maps.view(), maps.pixels()).value - exact) < 1e-3);
}

TEST_CASE("MVTec's rule refuses one rank, and a single normal pixel works") {
  const std::vector<float> scores{1, 2};
  const std::vector<uint8_t> masks{0, 1};
  CHECK_THROWS_AS(pro_mvtec({scores, masks, 1, 1, 2}, 1), InputError);
  CHECK(pro_mvtec({scores, masks, 1, 1, 2}, 5).value == 1);
}
