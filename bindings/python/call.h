#pragma once
#include <nanobind/nanobind.h>

#include <exception>
#include <functional>
#include <optional>
#include <type_traits>

namespace adrep::python {

/// Runs work of adrep as Python expects it: without the interpreter's lock, so that other threads go on; Ctrl-C stops
/// it at its next safe point; what it throws becomes a Python exception with the same line. Work touches no Python
/// object. Throws nanobind::python_error with adrep.InputError, adrep.Error, MemoryError, or what the signal handlers
/// of Python raised, KeyboardInterrupt mostly.
void run_released(const std::function<void()>& work);

/// Throws nanobind::python_error with what a signal handler of Python's raises, where one has to be called; only in the
/// main thread. Needs the interpreter's lock.
void raise_signals();

/// What was raised while work went on, in a function of Python's that adrep called: it ends the work, and run_released
/// throws it. Needs the interpreter's lock.
void keep_for_call(std::exception_ptr raised);

/// The same for work that gives something.
template <class Work>
auto released(const Work& work) {
  std::optional<std::invoke_result_t<Work>> result;
  run_released([&] { result.emplace(work()); });
  return std::move(*result);
}

/// Throws nanobind::python_error: an exception of the package by its class's name in adrep.errors.
[[noreturn]] void raise(const char* class_name, const std::string& line);

}  // namespace adrep::python
