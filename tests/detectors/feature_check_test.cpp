#include "detectors/feature_check.h"

#include <catch2/catch.hpp>

#include <limits>

#include "detectors/support.h"
#include "support/allocated.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;

namespace {

constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();
constexpr float infinite = std::numeric_limits<float>::infinity();
constexpr float largest_float = std::numeric_limits<float>::max();

}  // namespace

TEST_CASE("the first value that is not finite is named, wherever it is and however the values lie", "[feature_check]") {
  for (const float value : {not_a_number, infinite, -infinite})
    for (const int64_t place : {0, 1, 419, 838, 839}) {
      CAPTURE(value, place);
      at::Tensor features = random_tensor({5, 7, 4, 6}, 1);
      features.flatten()[place] = value;
      const std::string where = fmt::format("level 3, image {}, channel {}, row {}, column {} ", 20 + place / 168,
                                            place / 24 % 7, place / 6 % 4, place % 6);
      CHECK_THROWS_WITH(require_finite(features, 3, 20), Contains(where));
      CHECK_THROWS_WITH(require_finite(features.contiguous(at::MemoryFormat::ChannelsLast), 3, 20), Contains(where));
      const at::Tensor wider = at::zeros({5, 7, 8, 6});
      wider.slice(2, 0, 8, 2).copy_(features);
      CHECK_THROWS_WITH(require_finite(wider.slice(2, 0, 8, 2), 3, 20), Contains(where));
    }
  at::Tensor two = at::zeros({2, 1, 1, 2});
  two.fill_(infinite);
  CHECK_THROWS_WITH(require_finite(two, 0), Contains("level 0, image 0, channel 0, row 0, column 0 "));
}

TEST_CASE("finite values pass: the largest there are, equal ones, none", "[feature_check]") {
  at::Tensor features = random_tensor({2, 3, 4, 5}, 1);
  CHECK_NOTHROW(require_finite(features, 0));
  features.flatten()[0] = largest_float;
  features.flatten()[1] = -largest_float;  // their span and their sum of squares are not finite
  CHECK_NOTHROW(require_finite(features, 0));
  CHECK_NOTHROW(require_finite(at::full({2, 3, 4, 5}, largest_float), 0));
  CHECK_NOTHROW(require_finite(at::empty({0, 3, 4, 5}), 0));
  CHECK_NOTHROW(require_finite(features.to(at::kDouble), 0));
}

TEST_CASE("whether values are finite is found without a copy of them", "[feature_check]") {
  const at::Tensor features = random_tensor({32, 24, 28, 28}, 1);
  constexpr int64_t scalars = 4 << 10;  // of results and of what each thread found
  for (const at::Tensor& x : {features, features.slice(2, 0, 28, 2), features.permute({0, 2, 3, 1})})
    CHECK(most_bytes_held([&] { require_finite(x, 0); }) <= scalars);
}
