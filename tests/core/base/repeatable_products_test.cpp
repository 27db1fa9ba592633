#include "core/base/repeatable_products.h"

#include <catch2/catch.hpp>

#include "support/random_tensors.h"

using namespace adrep;
using namespace adrep::test;

TEST_CASE("a product has the same bits wherever its rows lie in memory", "[repeatable]") {
  REQUIRE(products_are_repeatable());
  for (const auto& [rows, inner, columns] : {std::array{36, 16, 48}, {288, 24, 72}, {100, 40, 10}, {7, 144, 32}}) {
    const at::Tensor a = normal_tensor({rows, inner}, 1), b = normal_tensor({columns, inner}, 2);
    const at::Tensor bias = normal_tensor({columns}, 3), expected = at::linear(a, b, bias);
    for (int64_t shift = 1; shift < 17; shift += 3) {
      INFO(rows << " x " << inner << " x " << columns << " moved by " << shift << " floats");
      const auto moved = [&](const at::Tensor& x) {
        const at::Tensor room = at::empty({x.numel() + 32}, at::kFloat);
        return room.narrow(0, shift, x.numel()).view(x.sizes()).copy_(x);
      };
      CHECK(at::linear(moved(a), moved(b), moved(bias)).equal(expected));
    }
  }
}
