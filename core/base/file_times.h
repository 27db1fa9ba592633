#pragma once
#include <chrono>
#include <cstdint>

namespace adrep {

constexpr int64_t second_ns = 1'000'000'000;

/// Nanoseconds since 1970, as the times of files count.
inline int64_t now_ns() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
}

}  // namespace adrep
