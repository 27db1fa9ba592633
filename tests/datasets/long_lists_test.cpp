#include "datasets/long_lists.h"

#include <catch2/catch.hpp>

#include <fmt/format.h>

#include "core/base/names.h"

using namespace adrep;

TEST_CASE("five names of a long list, all of a short one", "[datasets]") {
  std::vector<std::string> names;
  for (int i = 1; i <= 417; ++i) names.push_back(fmt::format("class_{:03}", i));
  CHECK(few_of(names) == "class_001, class_002, class_003, class_004, class_005 and 412 more");
  CHECK(few_of({names.begin(), names.begin() + 5}) == "class_001, class_002, class_003, class_004 and class_005");
  CHECK(few_of({}).empty());
  CHECK(suggestion("zzz", names).ends_with("class_005 and 412 more"));
  CHECK(suggestion("clas_003", names) == "did you mean 'class_003'?");
}
