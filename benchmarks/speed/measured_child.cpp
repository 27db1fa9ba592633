#include "benchmarks/speed/measured_child.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <fstream>
#include <future>

#include "core/base/error.h"
#include "core/base/interrupt.h"
#include "core/base/spawning.h"

namespace adrep {
namespace {

using RaceClock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds look_for_interrupt(50);

/// A child that has not been waited for; its group is killed with its owner.
class UnfinishedChild {
 public:
  explicit UnfinishedChild(pid_t process) : process_(process) {}
  ~UnfinishedChild() {
    if (process_ < 0) return;
    kill(-process_, SIGKILL);
    while (waitpid(process_, nullptr, 0) < 0 && errno == EINTR) continue;
  }
  UnfinishedChild(const UnfinishedChild&) = delete;
  UnfinishedChild& operator=(const UnfinishedChild&) = delete;

  /// When it ended. It stays a process that can be killed and waited for.
  RaceClock::time_point ended() const {
    siginfo_t info{};
    while (waitid(P_PID, static_cast<id_t>(process_), &info, WEXITED | WNOWAIT) < 0 && errno == EINTR) continue;
    return RaceClock::now();
  }
  void kill_group() const { kill(-process_, SIGKILL); }
  /// Its exit status and what it took, once it ended.
  int status(rusage& usage) {
    int status = 0;
    while (wait4(process_, &status, 0, &usage) < 0 && errno == EINTR) continue;
    process_ = -1;
    return status;
  }

 private:
  pid_t process_;
};

/// Most resident memory of this process from here on. posix_spawn begins a child in this process's memory, which Linux
/// therefore counts as the child's; counting anew makes that as little as can be.
int64_t own_peak_counted_anew() {
  std::ofstream("/proc/self/clear_refs") << 5;
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("VmHWM:")) return std::stoll(line.substr(6)) * 1024;
  return 0;
}

}  // namespace

ChildEnd run_measured(const std::vector<std::string>& command, const std::filesystem::path& output) {
  Spawning spawning;
  spawning.open_at(STDIN_FILENO, "/dev/null", O_RDONLY);
  spawning.open_at(STDOUT_FILENO, output, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND);
  spawning.give(STDOUT_FILENO, STDERR_FILENO);
  const int64_t least_peak = own_peak_counted_anew();
  const RaceClock::time_point start = RaceClock::now();
  UnfinishedChild child(spawning.start(command));
  // a thread of its own waits without a pause, so that the time is exact; this one looks for an interrupt
  std::future<RaceClock::time_point> end = std::async(std::launch::async, [&child] { return child.ended(); });
  bool killed = false;
  while (end.wait_for(look_for_interrupt) != std::future_status::ready) {
    if (!interrupted() || killed) continue;
    child.kill_group();
    killed = true;
  }
  const double seconds = std::chrono::duration<double>(end.get() - start).count();
  rusage usage{};
  const int status = child.status(usage);
  if (interrupted()) throw Interrupted("interrupted: nothing of it is kept");
  return {{seconds, int64_t{usage.ru_maxrss} * 1024, least_peak}, ending_text(status)};
}

}  // namespace adrep
