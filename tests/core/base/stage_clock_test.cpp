#include "core/base/stage_clock.h"

#include <catch2/catch.hpp>
#include <chrono>

using namespace adrep;

TEST_CASE("a stage clock shares out the time that passed, and begins anew", "[base]") {
  using Clock = std::chrono::steady_clock;
  const auto wait = [] {
    for (const auto start = Clock::now(); Clock::now() - start < std::chrono::milliseconds(2);) continue;
  };
  const auto before = Clock::now();
  StageClock clock(at::kCPU);
  wait();
  clock.restart();
  wait();
  clock.lap("a");
  wait();
  clock.lap("b");
  wait();
  clock.lap("a");
  const double passed = std::chrono::duration<double>(Clock::now() - before).count();
  const auto seconds = clock.take_seconds();
  REQUIRE(seconds.size() == 2);
  REQUIRE(seconds.at("a") >= 0.004);
  REQUIRE(seconds.at("b") >= 0.002);
  REQUIRE(seconds.at("a") + seconds.at("b") <= passed - 0.002);
  REQUIRE(clock.take_seconds().empty());
}
