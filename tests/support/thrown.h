#pragma once
#include <exception>

namespace adrep::test {

/// Sanitizers end the process where memory is asked for that no machine has; elsewhere that throws.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool memory_runs_out = false;
#else
constexpr bool memory_runs_out = true;
#endif

/// What `action` throws, or none.
template <class Action>
std::exception_ptr thrown_by(const Action& action) {
  try {
    action();
  } catch (...) {
    return std::current_exception();
  }
  return nullptr;
}

}  // namespace adrep::test
