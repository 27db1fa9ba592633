#pragma once
#include <chrono>
#include <thread>

#include "core/base/atomic_file.h"
#include "core/base/lease_file.h"

namespace adrep::test {

/// Somebody on another machine, of whom nothing can be known but the heartbeat.
inline LeaseOwner owner_elsewhere(double patience) {
  LeaseOwner owner = this_process("work", patience);
  owner.host = "elsewhere";
  owner.machine = "another";
  return owner;
}

/// The lease of somebody else.
inline void write_lease(const std::filesystem::path& place, int number, const LeaseOwner& owner) {
  write_file_atomically(lease_file(place, number), lease_text(owner));
}

/// Waits until something holds, for some seconds at most; whether it came to.
template <class Condition>
bool comes_true(const Condition& holds, double seconds = 30) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return true;
}

}  // namespace adrep::test
