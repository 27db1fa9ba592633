#include "detectors/cflow/position_code.h"

#include <catch2/catch.hpp>

#include <cmath>

#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;

TEST_CASE("the position code equals the reference code", "[golden][cflow]") {
  auto golden = load_golden("cflow");
  const at::Tensor& expected = golden["position_code"];
  REQUIRE(relative_difference(position_code(expected.size(0), expected.size(1), expected.size(2)), expected) < 1e-6);
}

TEST_CASE("the position code by hand", "[cflow]") {
  const at::Tensor code = position_code(8, 3, 5);  // D = 4: frequencies 1 and 0.01
  REQUIRE(code[0][2][3].item<float>() == Approx(std::sin(3.0)));
  REQUIRE(code[1][2][3].item<float>() == Approx(std::cos(3.0)));
  REQUIRE(code[2][2][3].item<float>() == Approx(std::sin(0.03)));
  REQUIRE(code[3][2][3].item<float>() == Approx(std::cos(0.03)));
  REQUIRE(code[4][2][3].item<float>() == Approx(std::sin(2.0)));
  REQUIRE(code[7][2][3].item<float>() == Approx(std::cos(0.02)));
}
