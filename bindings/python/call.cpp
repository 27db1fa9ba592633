#include "bindings/python/call.h"

#include <unistd.h>
#include <csignal>
#include <utility>

#include "core/base/failure.h"
#include "core/base/interrupt.h"

namespace nb = nanobind;

namespace adrep::python {
namespace {

struct sigaction before {};
std::exception_ptr kept;  // guarded by the interpreter's lock
int watching = 0;         // calls within calls, of the main thread alone

/// Where Python calls signal handlers.
bool in_main_thread() {
  return getpid() == gettid();
}

void on_interrupt(int signal) {
  set_interrupted(true);
  before.sa_handler(signal);  // Python's own, which remembers it for the interpreter
}

/// While it lives Ctrl-C also stops adrep's work. Only in the main thread, where Python raises KeyboardInterrupt, and
/// only where Python handles the signal.
class InterruptWatch {
 public:
  InterruptWatch() {
    if (!in_main_thread()) return;
    watches_ = true;
    if (watching++ > 0) return;
    sigaction(SIGINT, nullptr, &before);
    const bool handled =
        (before.sa_flags & SA_SIGINFO) == 0 && before.sa_handler != SIG_DFL && before.sa_handler != SIG_IGN;
    if (!handled) return;
    struct sigaction own = before;
    own.sa_handler = on_interrupt;
    sigaction(SIGINT, &own, nullptr);
    installed_ = true;
  }
  ~InterruptWatch() {
    if (watches_) --watching;
    if (!installed_) return;
    sigaction(SIGINT, &before, nullptr);
    set_interrupted(false);
  }
  InterruptWatch(const InterruptWatch&) = delete;
  InterruptWatch& operator=(const InterruptWatch&) = delete;

 private:
  bool watches_ = false, installed_ = false;
};

}  // namespace

void raise_signals() {
  if (PyErr_CheckSignals() != 0) throw nb::python_error();
}

void keep_for_call(std::exception_ptr raised) {
  kept = std::move(raised);
  set_interrupted(true);
}

void raise(const char* class_name, const std::string& line) {
  const nb::object type = nb::module_::import_("adrep.errors").attr(class_name);
  PyErr_SetString(type.ptr(), line.c_str());
  throw nb::python_error();
}

void run_released(const std::function<void()>& work) {
  std::optional<Failure> failure;
  {
    const nb::gil_scoped_release unlocked;
    const InterruptWatch watch;
    try {
      work();
    } catch (...) {
      failure = current_failure();
    }
  }
  raise_signals();
  if (in_main_thread())
    if (const std::exception_ptr raised = std::exchange(kept, nullptr)) std::rethrow_exception(raised);
  if (!failure) return;
  if (failure->out_of_memory) {
    PyErr_SetString(PyExc_MemoryError, failure->line.c_str());
    throw nb::python_error();
  }
  raise(failure->code == ExitCode::usage ? "InputError" : "Error", failure->line);
}

}  // namespace adrep::python
