#include <catch2/catch.hpp>

#include "core/features/feature_source.h"

using namespace adrep;

TEST_CASE("chosen features are those of the chosen images, in their order", "[features]") {
  const Levels all{{at::arange(6 * 4, at::kFloat).view({6, 1, 2, 2}), at::arange(6 * 3, at::kFloat).view({6, 3, 1, 1})},
                   16};
  const std::vector<int64_t> images = {1, 2, 3, 5, 0};
  const ChosenFeatures chosen(all, images);
  const Levels expected = all.select(images);
  REQUIRE(chosen.size() == 5);
  for (int64_t first = 0; first <= 5; ++first)
    for (int64_t count = 0; first + count <= 5; ++count)
      for (int64_t l = 0; l < 2; ++l) CHECK(chosen.level(l, first, count).equal(expected[l].narrow(0, first, count)));
  CHECK(chosen.level(0, 0, 3).data_ptr() == all[0][1].data_ptr());  // these follow each other
}
