#include "core/base/interrupt.h"

#include <csignal>

#include <unistd.h>

#include "core/base/error.h"

namespace adrep {
namespace {

volatile std::sig_atomic_t flag = 0;

void on_signal(int signal) {
  if (flag) _exit(128 + signal);
  flag = 1;
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
  return flag != 0;
}

void stop_if_interrupted() {
  if (flag) throw Interrupted("interrupted: finished cells are kept; the same command continues with the rest");
}

void set_interrupted(bool value) {
  flag = value ? 1 : 0;
}

}  // namespace adrep
