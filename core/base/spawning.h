#pragma once
#include <spawn.h>
#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace adrep {

/// How a program is started: what it finds at which place, in a process group of its own.
class Spawning {
 public:
  Spawning();
  ~Spawning();
  Spawning(const Spawning&) = delete;
  Spawning& operator=(const Spawning&) = delete;

  /// At `place` the child finds what this process has at `descriptor`; both may be standard ones.
  void give(int descriptor, int place);
  /// At `place` the child finds this file, opened with these flags of open(2).
  void open_at(int place, const std::filesystem::path& file, int flags);

  /// `command`: the program's path and its arguments. Throws Error when it cannot be started.
  pid_t start(const std::vector<std::string>& command) const;

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

/// How a process ended, of its status: "" after exit code 0, else "exit code 2" or "signal 9 (Killed)".
std::string ending_text(int status);

}  // namespace adrep
