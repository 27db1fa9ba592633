#include "core/representation/reference_residuals.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "support/random_tensors.h"

using namespace adrep;
using namespace adrep::test;

TEST_CASE("references' residuals equal brute force over the other images' rows", "[residual]") {
  const int64_t positions = 6, images = 3, rows = positions * images;
  const at::Tensor bank = normal_tensor({rows, 5}, 1);
  for (const auto& [count, group] : std::vector<std::pair<int64_t, int64_t>>{{images, positions}, {1, 1}}) {
    for (const Match match : {Match::cosine, Match::l2}) {
      const at::Tensor residuals = reference_residuals(bank, count, match);
      for (int64_t i = 0; i < rows; ++i) {
        int64_t best = -1;
        double nearest = 0;
        for (int64_t j = 0; j < rows; ++j) {
          if (i / group == j / group) continue;
          const at::Tensor a = bank[i].to(at::kDouble), b = bank[j].to(at::kDouble);
          const double distance =
              match == Match::l2 ? (a - b).norm().item<double>() : -(a.dot(b) / (a.norm() * b.norm())).item<double>();
          if (best < 0 || distance < nearest) best = j, nearest = distance;
        }
        REQUIRE(residuals[i].equal(bank[i] - bank[best]));
      }
    }
  }
}

TEST_CASE("references' residuals: a single row has none, rows must divide among images", "[residual]") {
  REQUIRE(reference_residuals(at::ones({1, 4}), 1, Match::l2).equal(at::zeros({1, 4})));
  REQUIRE_THROWS_AS(reference_residuals(at::ones({7, 4}), 2, Match::l2), Error);
  REQUIRE_THROWS_AS(reference_residuals(at::ones({0, 4}), 2, Match::l2), Error);
}
