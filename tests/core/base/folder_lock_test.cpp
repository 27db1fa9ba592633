#include "core/base/folder_lock.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "core/base/error.h"
#include "core/base/interrupt.h"
#include "core/base/log.h"
#include "support/golden.h"

using namespace adrep;

TEST_CASE("a locked folder is one worker's at a time, and the next one's after it", "[lock]") {
  set_verbosity(Verbosity::quiet);
  const test::TemporaryFolder folder;
  std::atomic<bool> second_has_it = false;
  std::thread second;
  {
    const FolderLock first(folder / "made/work", "work");
    const FolderLock elsewhere(folder / "made/other", "work");  // is not waited for
    second = std::thread([&] {
      const FolderLock lock(folder / "made/work", "work");
      second_has_it = true;
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    CHECK_FALSE(second_has_it);
  }
  second.join();
  CHECK(second_has_it);
}

TEST_CASE("whoever waits for a locked folder can be interrupted", "[lock]") {
  set_verbosity(Verbosity::quiet);
  const test::TemporaryFolder folder;
  const FolderLock first(folder / "work", "work");
  set_interrupted(true);
  CHECK_THROWS_AS(FolderLock(folder / "work", "work"), Interrupted);
  set_interrupted(false);
}

TEST_CASE("the lock of a killed process is free", "[lock]") {
  const test::TemporaryFolder folder;
  int pipe_ends[2];
  REQUIRE(pipe(pipe_ends) == 0);
  const pid_t child = fork();
  if (child == 0) {
    const FolderLock lock(folder / "work", "work");
    const bool told = write(pipe_ends[1], "x", 1) == 1;
    while (told) pause();
    _exit(1);
  }
  char locked = 0;
  REQUIRE(read(pipe_ends[0], &locked, 1) == 1);
  REQUIRE(kill(child, SIGKILL) == 0);
  REQUIRE(waitpid(child, nullptr, 0) == child);
  close(pipe_ends[0]);
  close(pipe_ends[1]);
  const FolderLock lock(folder / "work", "work");
  SUCCEED("it was there to take");
}

TEST_CASE("a folder that cannot be made is not locked", "[lock]") {
  CHECK_THROWS_AS(FolderLock("/proc/nothing/here", "work"), WriteError);
}
