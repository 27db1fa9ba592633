#pragma once
#include <cstdint>
#include <optional>

namespace adrep {

/// What the system knows of a process.
struct ProcessState {
  char state = '?';     ///< 'R', 'S', 'Z' …
  int64_t started = 0;  ///< clock ticks from the machine's start to the process's
};

/// None where there is no such process, or the system does not say.
std::optional<ProcessState> process_state(int64_t process);

}  // namespace adrep
