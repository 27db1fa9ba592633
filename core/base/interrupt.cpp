#include "core/base/interrupt.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <ctime>
#include <thread>

#include "core/base/error.h"

namespace adrep {
namespace {

// set in a signal handler and read by every thread: only a lock-free atomic may be both
std::atomic<bool> flag = false;
static_assert(std::atomic<bool>::is_always_lock_free);

std::atomic<int64_t> told = 0;  // when the first one came, milliseconds
static_assert(std::atomic<int64_t>::is_always_lock_free);

int64_t milliseconds_now() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

void on_signal(int signal) {
  const int64_t now = milliseconds_now();
  if (!flag.exchange(true)) {
    told = now;
    return;
  }
  // a scheduler tells all processes of a job to end, and the job's script its program once more
  if (constexpr int64_t together = 2000; signal == SIGTERM && now - told < together) return;
  _exit(128 + signal);
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
  if (flag) throw Interrupted("interrupted");
}

void wait_or_interrupted(double seconds) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  for (stop_if_interrupted(); Clock::now() < end; stop_if_interrupted())
    std::this_thread::sleep_for(std::min<Clock::duration>(std::chrono::milliseconds(50), end - Clock::now()));
}

void set_interrupted(bool value) {
  flag = value;
}

}  // namespace adrep
