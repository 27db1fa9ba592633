#include "core/backbones/levels.h"

#include <catch2/catch.hpp>

using namespace adrep;

namespace {

/// Two levels of five images whose values are the image's number.
Levels numbered() {
  const at::Tensor number = at::arange(5, at::kFloat).view({5, 1, 1, 1});
  return {{number.expand({5, 3, 4, 2}).contiguous(), number.expand({5, 2, 2, 1}).contiguous()}, 96};
}

}  // namespace

TEST_CASE("levels: some images in a row lie on the same memory", "[levels]") {
  const Levels all = numbered(), part = all.narrow(1, 3);
  REQUIRE(part.image_size == 96);
  REQUIRE(part.count() == 2);
  for (int64_t l = 0; l < 2; ++l) {
    REQUIRE(part[l].is_alias_of(all[l]));
    for (int64_t i = 0; i < 3; ++i) REQUIRE(part[l][i].equal(all[l][i + 1]));
  }
}

TEST_CASE("levels: chosen images come in the order asked for", "[levels]") {
  const Levels all = numbered(), chosen = all.select({4, 0, 4});
  REQUIRE(chosen.image_size == 96);
  for (int64_t l = 0; l < 2; ++l) {
    REQUIRE(chosen[l].size(0) == 3);
    for (const auto& [place, image] : {std::pair{0, 4}, {1, 0}, {2, 4}})
      REQUIRE(chosen[l][place].eq(image).all().item<bool>());
  }
  REQUIRE(all.select({}).batch() == 0);
}
