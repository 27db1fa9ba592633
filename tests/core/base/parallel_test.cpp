#include "core/base/parallel.h"

#include <catch2/catch.hpp>

#include <atomic>
#include <stdexcept>

#include "core/base/error.h"
#include "core/base/interrupt.h"
#include "support/program.h"

using namespace adrep;

TEST_CASE("every index is worked on once with any number of threads", "[parallel]") {
  for (int threads : {0, 1, 3, 100}) {
    std::vector<std::atomic<int>> calls(257);
    for_each_index(calls.size(), threads, [&](size_t i) { ++calls[i]; });
    for (const auto& count : calls) REQUIRE(count == 1);
  }
  for_each_index(0, 4, [](size_t) { FAIL("called without work"); });
}

TEST_CASE("an exception stops the rest and reaches the caller", "[parallel]") {
  std::atomic<int> calls{0};
  const auto work = [&](size_t i) {
    ++calls;
    if (i == 3) throw std::runtime_error("the third");
  };
  for (int threads : {1, 4}) CHECK_THROWS_WITH(for_each_index(1000000, threads, work), "the third");
  CHECK(calls < 1000000);
}

TEST_CASE("Ctrl-C stops the work", "[parallel]") {
  std::atomic<int> calls{0};
  const auto work = [&](size_t) {
    if (++calls == 5) set_interrupted(true);
  };
  CHECK_THROWS_AS(for_each_index(1000000, 2, work), Interrupted);
  set_interrupted(false);
  CHECK(calls < 1000000);
}

TEST_CASE("threads never outnumber jobs and are at least one", "[parallel]") {
  CHECK(thread_count(4, 100) == 4);
  CHECK(thread_count(4, 3) == 3);
  CHECK(thread_count(4, 0) == 1);
  CHECK(thread_count(0, 1) == 1);
  CHECK(thread_count(0, 1 << 20) >= 1);
}

TEST_CASE("a process uses the processors that it is left", "[cli]") {
  // in a process of its own, since OpenMP looks once
  const auto result = test::run_command(std::string("taskset -c 0 ") + ADREP_PROGRAM + " doctor");
  INFO(result.text);
  CHECK_THAT(result.text, Catch::Matchers::Contains("threads     1 of "));
}
