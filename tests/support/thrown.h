#pragma once
#include <exception>

namespace adrep::test {

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
