#include "core/base/process_state.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

using namespace adrep;

TEST_CASE("a process has a state and a start, whatever its name is", "[process_state]") {
  const std::optional<ProcessState> own = process_state(getpid());
  REQUIRE(own);
  CHECK(own->state == 'R');
  CHECK(own->started > 0);
  int begun[2];
  REQUIRE(pipe(begun) == 0);
  const pid_t child = fork();
  if (child == 0) {
    prctl(PR_SET_NAME, "a) Z 1 (b");
    close(begun[0]);
    close(begun[1]);
    pause();
    _exit(0);
  }
  close(begun[1]);
  char byte = 0;
  CHECK(read(begun[0], &byte, 1) == 0);  // the child has its name
  close(begun[0]);
  const std::optional<ProcessState> other = process_state(child);
  REQUIRE(other);
  CHECK(other->state != 'Z');
  CHECK(other->started >= own->started);
  kill(child, SIGKILL);
  siginfo_t ended;
  REQUIRE(waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT) == 0);
  CHECK(process_state(child)->state == 'Z');
  REQUIRE(waitpid(child, nullptr, 0) == child);
  CHECK_FALSE(process_state(child));
}
