#include "core/features/joined_features.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"

using namespace adrep;

TEST_CASE("joined features are the concatenation, whatever part is asked for", "[features]") {
  std::vector<Levels> parts;
  std::vector<at::Tensor> first, second;
  for (const int64_t count : {2, 1, 3}) {
    const at::Tensor a = at::arange(count * 12, at::kFloat).view({count, 3, 2, 2}) + 100 * count,
                     b = at::arange(count * 5, at::kFloat).view({count, 5, 1, 1}) - 10 * count;
    first.push_back(a);
    second.push_back(b);
    parts.push_back({{a, b}, 16});
  }
  const JoinedFeatures joined(parts);
  REQUIRE(joined.size() == 6);
  REQUIRE(joined.image_size() == 16);
  REQUIRE(joined.shapes().size() == 2);
  for (int64_t from = 0; from <= 6; ++from)
    for (int64_t count = 0; from + count <= 6; ++count) {
      REQUIRE(joined.level(0, from, count).equal(at::cat(first).narrow(0, from, count)));
      REQUIRE(joined.level(1, from, count).equal(at::cat(second).narrow(0, from, count)));
    }
}

TEST_CASE("features of different shapes are not joined", "[features]") {
  const Levels a{{at::zeros({2, 3, 2, 2})}, 16}, wider{{at::zeros({2, 3, 2, 3})}, 16},
      larger{{at::zeros({2, 3, 2, 2})}, 32};
  REQUIRE_THROWS_AS(JoinedFeatures({a, wider}), Error);
  REQUIRE_THROWS_AS(JoinedFeatures({a, larger}), Error);
  REQUIRE_THROWS_AS(JoinedFeatures({}), Error);
}
