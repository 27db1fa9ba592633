#include "benchmarks/fitting/good_folds.h"

#include <catch2/catch.hpp>

#include <set>

#include "core/base/error.h"

using namespace adrep;
using Catch::Matchers::Contains;

namespace {

std::vector<Sample> good_samples(size_t count, size_t group_size = 0) {
  std::vector<Sample> samples(count);
  for (size_t i = 0; i < count; ++i) {
    samples[i].id = fmt::format("{:03}.png", i);
    if (group_size > 0) samples[i].group = std::to_string(i / group_size);
  }
  return samples;
}

}  // namespace

TEST_CASE("every good image is held out once, in folds of about the same size", "[fitting]") {
  const auto [count, folds] = GENERATE(table<size_t, int64_t>({{5, 5}, {17, 4}, {60, 7}}));
  const auto sets = held_out_folds(good_samples(count), folds, 3, "nut", false);
  REQUIRE(std::ssize(sets) == folds);
  std::set<size_t> seen;
  for (const HeldOutImages& set : sets) {
    CHECK(std::is_sorted(set.begin(), set.end()));
    CHECK(set.size() >= count / static_cast<size_t>(folds));
    CHECK(set.size() <= count / static_cast<size_t>(folds) + 1);
    for (const size_t image : set) CHECK(seen.insert(image).second);
  }
  CHECK(seen.size() == count);
  CHECK(held_out_folds(good_samples(count), folds, 3, "nut", false) == sets);
}

TEST_CASE("images of a group are held out together", "[fitting]") {
  const std::vector<Sample> samples = good_samples(24, 4);
  const auto whole = [&](const HeldOutImages& set) {
    std::map<std::string, int> held;
    for (const size_t image : set) ++held[samples[image].group];
    return std::all_of(held.begin(), held.end(), [](const auto& group) { return group.second == 4; });
  };
  for (const HeldOutImages& set : held_out_folds(samples, 3, 1, "nut", true)) {
    CHECK(set.size() == 8);
    CHECK(whole(set));
  }
  CHECK(whole(held_out_part(samples, 0.5, 1, "nut", true)));
  CHECK_THROWS_WITH(held_out_folds(samples, 7, 1, "nut", true), Contains("only 6 groups"));
}

TEST_CASE("a part is held out of the share that is asked for, and something is left to learn from", "[fitting]") {
  CHECK(held_out_part(good_samples(60), 0.5, 0, "nut", false).size() == 30);
  CHECK(held_out_part(good_samples(60), 0.5, 0, "nut", false) != held_out_part(good_samples(60), 0.5, 1, "nut", false));
  CHECK(held_out_part(good_samples(3), 0.01, 0, "nut", false).size() == 1);
  CHECK(held_out_part(good_samples(2), 0.9, 0, "nut", false).size() == 1);
  CHECK_THROWS_WITH(held_out_part(good_samples(1), 0.5, 0, "nut", false),
                    Contains("1 good image: nothing can be held out"));
  ClassSplit all;
  all.train = good_samples(5);
  const ClassSplit split = split_with(all, {1, 4});
  REQUIRE(split.test.size() == 2);
  CHECK(split.test[0].id == "001.png");
  CHECK(split.test[1].id == "004.png");
  CHECK(split.train.size() == 3);
}
