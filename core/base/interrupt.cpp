#include "core/base/interrupt.h"

#include <unistd.h>

#include <atomic>
#include <csignal>

#include "core/base/error.h"

namespace adrep {
namespace {

// set in a signal handler and read by every thread: only a lock-free atomic may be both
std::atomic<bool> flag = false;
static_assert(std::atomic<bool>::is_always_lock_free);

void on_signal(int signal) {
  if (flag.exchange(true)) _exit(128 + signal);
}

}  // namespace

void handle_interrupts() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

bool interrupted() {
  return flag;
}

void stop_if_interrupted() {
  if (flag) throw Interrupted("interrupted: finished cells are kept; the same command continues with the rest");
}

void set_interrupted(bool value) {
  flag = value;
}

}  // namespace adrep
