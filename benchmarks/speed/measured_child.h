#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace adrep {

/// What one run of a program took.
struct ChildCost {
  double seconds = 0;      ///< on the clock, from its start to its end
  int64_t peak_bytes = 0;  ///< most resident memory of the largest of its processes
  /// The peak that the system reports of any child, however small: it counts what this process held when the child
  /// began. A peak that is not above it is not known.
  int64_t least_peak = 0;
};

/// A program that ended.
struct ChildEnd {
  ChildCost cost;
  std::string problem;  ///< "" after exit code 0, else "exit code 2" or "signal 9 (Killed)"
};

/// Runs a program to its end, in a process group of its own, with nothing on standard input; standard output and error
/// go to the file `output`, so that this process sleeps meanwhile. `command`: the program's path and its arguments.
/// Where this process is interrupted (core/base/interrupt.h), the group is killed and Interrupted thrown. Throws Error
/// when the program cannot be started.
ChildEnd run_measured(const std::vector<std::string>& command, const std::filesystem::path& output);

}  // namespace adrep
