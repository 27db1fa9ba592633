#include "core/backbones/weight_taker.h"

#include <catch2/catch.hpp>

#include <limits>

#include "core/base/error.h"

using namespace adrep;
using Catch::Matchers::Contains;

TEST_CASE("tensors are taken as they are stored and counted", "[weights]") {
  WeightTaker taker({{"a.weight", at::ones({2, 3}, at::kHalf)}, {"n.running_mean", at::zeros({5})}}, "x.pth", "toy");
  REQUIRE(taker.take_tensor("a.weight", {2, 3}).scalar_type() == at::kHalf);
  REQUIRE(taker.take_tensor("n.running_mean", {5}).numel() == 5);
  REQUIRE(taker.parameters() == 6);
  REQUIRE_NOTHROW(taker.finish());
}

TEST_CASE("one error lists every wrong key, in one line", "[weights]") {
  WeightTaker taker({{"a", at::ones({2, 3})},
                     {"b", at::ones({4})},
                     {"count", at::ones({2}, at::kLong)},
                     {"strange\n1", at::ones({7, 7})},
                     {"strange2", at::ones({1})},
                     {"text.x", at::ones({1})},
                     {"bn.num_batches_tracked", at::ones({})}},
                    "x.pth", "toy");
  taker.ignore_prefixes({"text."});
  taker.ignore_suffixes({".num_batches_tracked"});
  REQUIRE(taker.take_tensor("a", {3, 2}).sizes() == at::IntArrayRef({3, 2}));
  REQUIRE(taker.take_tensor("b", {4}).equal(at::ones({4})));
  REQUIRE(taker.take_tensor("missing1", {1, 5}).sizes() == at::IntArrayRef({1, 5}));
  static_cast<void>(taker.take_tensor("missing2", {}));
  static_cast<void>(taker.take_tensor("count", {2}));
  try {
    taker.finish();
    FAIL("not refused");
  } catch (const InputError& error) {
    REQUIRE(std::string(error.what()) ==
            "x.pth: not the weights of toy: of its keys 2 missing, 2 misshapen and 2 unknown (missing: 'missing1' [1, "
            "5]; 'missing2' []; misshapen: 'a' is [2, 3], expected [3, 2]; 'count' holds no floating-point numbers; "
            "unknown: 'strange?1' [7, 7]; 'strange2' [1])");
  }
}

TEST_CASE("a file of several models may hold anything else", "[weights]") {
  WeightTaker taker({{"visual.a", at::ones({1})}, {"visual.b", at::ones({1})}, {"text.a", at::ones({1})}}, "x", "toy");
  taker.ignore_all_but({"visual."});
  static_cast<void>(taker.take_tensor("visual.a", {1}));
  REQUIRE_THROWS_WITH(taker.finish(), Contains("'visual.b'") && !Contains("text.a"));
}

TEST_CASE("weights that are not finite are named, wherever in the file they are", "[weights]") {
  for (const double wrong : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()})
    for (const at::ScalarType type : {at::kFloat, at::kHalf}) {
      at::Tensor damaged = at::zeros({3, 2}, type);
      damaged[2][1] = wrong;
      WeightTaker taker({{"a", damaged}, {"b", at::ones({2}, type)}}, "net.pth", "net");
      static_cast<void>(taker.take_tensor("a", {3, 2}));
      static_cast<void>(taker.take_tensor("b", {2}));
      REQUIRE_THROWS_WITH(taker.finish(), Catch::Matchers::Contains("'a' holds NaN or infinite numbers") &&
                                              !Catch::Matchers::Contains("'b'"));
    }
}
