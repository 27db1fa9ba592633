// What adrep says while it works: to functions of Python's.
#include <nanobind/stl/string.h>

#include "bindings/python/call.h"
#include "bindings/python/module.h"
#include "core/base/message_receivers.h"

namespace nb = nanobind;

namespace adrep::python {
namespace {

/// A function of Python's that is called from any thread. What it raises is shown and forgotten: a message must not
/// stop work. But Ctrl-C, which Python may find there first, is kept for the call that the message comes from. Never
/// freed, since threads may outlive the interpreter.
class Receiver {
 public:
  explicit Receiver(const nb::object& function) : function_(new nb::object(function)) {}

  template <class... Arguments>
  void operator()(const Arguments&... arguments) const {
    if (!Py_IsInitialized()) return;
    const nb::gil_scoped_acquire locked;
    try {
      raise_signals();
    } catch (nb::python_error&) {
      return keep_for_call(std::current_exception());
    }
    try {
      (*function_)(arguments...);
    } catch (nb::python_error& error) {
      if (error.matches(PyExc_KeyboardInterrupt)) return keep_for_call(std::current_exception());
      error.discard_as_unraisable("adrep's messages");
    }
  }

 private:
  nb::object* function_;
};

/// Levels as Python's logging counts them.
int python_level(LogLevel level) {
  switch (level) {
    case LogLevel::detail:
      return 10;
    case LogLevel::info:
      return 20;
    case LogLevel::warning:
      return 30;
    case LogLevel::error:
      return 40;
  }
  return 40;
}

}  // namespace

void add_messages(nb::module_& module) {
  module.def(
      "send_messages",
      [](const nb::object& log, const nb::object& progress) {
        send_log_to([receiver = Receiver(log)](LogLevel level, const std::string& text) {
          receiver(python_level(level), text);
        });
        send_progress_to([receiver = Receiver(progress)](const std::string& line) { receiver(line); });
      },
      nb::arg("log"), nb::arg("progress"),
      "log(level, text) gets what is said, progress(line) a line often, and an empty one where a stage ends");
}

}  // namespace adrep::python
