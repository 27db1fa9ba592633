#include "core/training/first_process.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <thread>

#include "core/base/error.h"
#include "core/base/interrupt.h"
#include "support/processes.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;

namespace {

/// What each process got to see: "" or an exception's line.
std::vector<std::string> lines_of(int size, const std::function<void(const ProcessGroup&)>& work, int seconds = 60) {
  std::vector<std::string> lines(static_cast<size_t>(size));
  as_processes(
      size,
      [&](const ProcessGroup& group) {
        try {
          work(group);
        } catch (const Interrupted& stop) {
          lines[static_cast<size_t>(group.rank())] = std::string("interrupted: ") + stop.what();
        } catch (const std::exception& problem) {
          lines[static_cast<size_t>(group.rank())] = problem.what();
        }
      },
      seconds);
  return lines;
}

void work_for(std::chrono::milliseconds time) {
  for (const auto end = std::chrono::steady_clock::now() + time; std::chrono::steady_clock::now() < end;) {
    stop_if_interrupted();
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

}  // namespace

TEST_CASE("work in process 0: the others wait longer than they would in an exchange", "[processes]") {
  int alone = 0;
  in_first_process(ProcessGroup(), [&] { ++alone; });
  REQUIRE(alone == 1);

  std::atomic<int> runs = 0, early = 0;
  std::atomic<bool> over = false;
  const auto lines = lines_of(
      3,
      [&](const ProcessGroup& group) {
        in_first_process(group, [&] {
          work_for(std::chrono::milliseconds(1300));  // the group's time is 1 s
          ++runs;
          over = true;
        });
        if (!over) ++early;
        if (group.sum(at::ones({1})).item<double>() != 3) throw_failure("out of step");
        in_first_process(group, [&] { ++runs; });
      },
      1);
  REQUIRE(lines == std::vector<std::string>(3));
  REQUIRE((runs == 2 && early == 0));
}

TEST_CASE("work in process 0 that fails stops all with its line", "[processes]") {
  auto lines = lines_of(
      3, [](const ProcessGroup& group) { in_first_process(group, [] { throw_input("validation: no such thing"); }); });
  REQUIRE(lines[0] == "validation: no such thing");
  REQUIRE(lines[2] == "process 2 of 3: process 0 stopped: validation: no such thing");
  lines = lines_of(
      2, [](const ProcessGroup& group) { in_first_process(group, [] { throw Interrupted("the state is kept"); }); });
  REQUIRE(lines == std::vector<std::string>(2, "interrupted: the state is kept"));
}

TEST_CASE("work in process 0 ends when a process that waits is lost", "[processes]") {
  const auto start = std::chrono::steady_clock::now();
  const auto lines = lines_of(3, [](const ProcessGroup& group) {
    static_cast<void>(group.any(false));  // all are connected
    if (group.rank() == 2) return;
    in_first_process(group, [] { work_for(std::chrono::seconds(30)); });
  });
  REQUIRE(std::chrono::steady_clock::now() - start < std::chrono::seconds(10));
  for (size_t rank : {0U, 1U}) REQUIRE_THAT(lines[rank], Contains("is lost") && !Contains("\n"));
  REQUIRE_FALSE(interrupted());
}
