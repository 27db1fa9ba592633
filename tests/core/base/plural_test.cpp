#include "core/base/plural.h"

#include <catch2/catch.hpp>

using namespace adrep;

TEST_CASE("a count has its noun in the singular or in the plural") {
  CHECK(counted(0, "cell") == "0 cells");
  CHECK(counted(1, "cell") == "1 cell");
  CHECK(counted(1, "class") == "1 class");
  CHECK(counted(2, "class") == "2 classes");
}
