#include "core/features/level_rows.h"

#include <catch2/catch.hpp>

#include "support/golden.h"

using namespace adrep;

namespace {

/// Images 0 to 4, each with its number in every value.
LevelRows numbered_rows(const FeatureRoom& room = {}) {
  LevelRows rows(5, 8, at::kCPU, room);
  for (size_t i : {3, 0, 4, 1, 2})
    rows.put(i, {at::full({2, 1, 1}, static_cast<double>(i)), at::full({1, 2, 2}, static_cast<double>(i))});
  return rows;
}

std::vector<float> numbers_of(const Levels& levels) {
  std::vector<float> numbers;
  for (int64_t i = 0; i < levels.batch(); ++i) {
    numbers.push_back(levels[0][i].flatten()[0].item<float>());
    REQUIRE(levels[1][i].eq(numbers.back()).all().item<bool>());
  }
  return numbers;
}

}  // namespace

TEST_CASE("rows are selected in the order asked for", "[features]") {
  const LevelRows rows = numbered_rows();
  CHECK(numbers_of(rows.selected({1, 2, 3})) == std::vector<float>{1, 2, 3});
  CHECK(numbers_of(rows.selected({0, 2, 1, 3})) == std::vector<float>{0, 2, 1, 3});  // the ends alone look like a range
  CHECK(numbers_of(rows.selected({4, 0})) == std::vector<float>{4, 0});
}

TEST_CASE("taking rows wants them ascending, each once", "[features]") {
  CHECK(numbers_of(numbered_rows().move_out({0, 2, 4})) == std::vector<float>{0, 2, 4});
  CHECK_THROWS_AS(numbered_rows().move_out({2, 1}), std::logic_error);
  CHECK_THROWS_AS(numbered_rows().move_out({1, 1}), std::logic_error);
}

TEST_CASE("rows in files are taken like those in memory", "[features]") {
  const test::TemporaryFolder folder;
  const SpillFolder spill(folder.path());
  const FeatureRoom room{&spill, 5, 1};
  CHECK(numbers_of(numbered_rows(room).move_out({0, 1, 2, 3, 4})) == std::vector<float>{0, 1, 2, 3, 4});
  CHECK(numbers_of(numbered_rows(room).move_out({0, 1})) == std::vector<float>{0, 1});
  const Levels apart = numbered_rows(room).move_out({1, 2, 4});
  CHECK(numbers_of(apart) == std::vector<float>{1, 2, 4});
  CHECK(bytes_in_memory(apart) == 0);
  CHECK(numbers_of(numbered_rows(room).move_out({})).empty());
}
