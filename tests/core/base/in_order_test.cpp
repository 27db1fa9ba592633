#include "core/base/in_order.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <stdexcept>
#include <string>

using namespace adrep;

namespace {

std::string made_of(size_t i) {
  std::this_thread::sleep_for(std::chrono::microseconds((i * 7919) % 5 * 100));  // not in order
  return std::to_string(i);
}

}  // namespace

TEST_CASE("results come in order, no more than are asked for ahead", "[parallel]") {
  for (const int threads : {0, 1, 3, 50})
    for (const size_t ahead : {size_t{0}, size_t{1}, size_t{4}, size_t{1000}}) {
      CAPTURE(threads, ahead);
      std::atomic<size_t> begun{0};
      size_t taken = 0;
      bool within = true;
      const auto make = [&](size_t i) {
        ++begun;
        return made_of(i);
      };
      for_each_in_order<std::string>(100, {threads, ahead}, make, [&](const std::string& made) {
        within = within && made == std::to_string(taken) && begun <= taken + 1 + std::max<size_t>(ahead, 1);
        ++taken;
        return true;
      });
      CHECK(within);
      CHECK(taken == 100);
      CHECK(begun == 100);
    }
  for_each_in_order<std::string>(0, {2, 2}, made_of,
                                 [](const std::string&) -> bool { throw std::logic_error("none"); });
}

TEST_CASE("a failure comes when it is its turn, and the consumer may stop", "[parallel]") {
  const auto make = [](size_t i) {
    if (i == 7) throw std::runtime_error("the seventh");
    return made_of(i);
  };
  size_t taken = 0;
  const auto count = [&](const std::string&) { return ++taken < 1000; };
  CHECK_THROWS_WITH(for_each_in_order<std::string>(1000, {3, 6}, make, count), "the seventh");
  CHECK(taken == 7);
  taken = 0;
  for_each_in_order<std::string>(1000, {3, 6}, made_of, [&](const std::string&) { return ++taken < 5; });
  CHECK(taken == 5);
  CHECK_THROWS_AS(for_each_in_order<std::string>(1000, {3, 6}, made_of,
                                                 [](const std::string&) -> bool { throw std::logic_error("enough"); }),
                  std::logic_error);
}
