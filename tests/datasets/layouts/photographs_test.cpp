#include "datasets/layouts/photographs.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "datasets/dataset.h"
#include "support/golden.h"
#include "support/trees.h"

using namespace adrep;
using Catch::Matchers::Contains;
using test::TemporaryFolder;

TEST_CASE("photographs of good parts are training images, those of sub-folders too", "[datasets]") {
  const TemporaryFolder folder;
  const auto root = folder / "nuts";
  for (const char* name : {"b.png", "day 2/a.png", "a.png"}) test::write_texture(root / name, 16, 16, 1);
  CHECK(holds_photographs(root));
  CHECK_FALSE(holds_photographs(folder.path()));
  CHECK_THROWS_WITH(open_dataset(root), Contains("in no known layout"));
  const auto dataset = open_dataset(root, "photographs");
  CHECK(dataset->classes() == std::vector<std::string>{"nuts"});
  const ClassSplit split = dataset->load("nuts");
  REQUIRE(split.train.size() == 3);
  CHECK(split.train[0].id == "a.png");
  CHECK(split.train[2].id == "day 2/a.png");
  CHECK(split.test.empty());
  CHECK_THROWS_AS(dataset->load("bolts"), InputError);
  test::write_texture(root / "good/c.png", 16, 16, 1);
  CHECK_FALSE(holds_photographs(root));
}
