#pragma once
#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <vector>

namespace adrep {

/// SLURM as its commands speak to us: they are found on PATH.
class Scheduler {
 public:
  /// What a command printed, standard output and error together, and how it ended: "" after exit code 0.
  struct Answer {
    std::vector<std::string> lines;
    std::string problem;
  };
  /// Runs a command; another one in tests.
  using Command = std::function<Answer(const std::vector<std::string>& words)>;
  /// `pause`: waits so many seconds.
  explicit Scheduler(Command command = {}, std::function<void(double seconds)> pause = {});

  /// Submits a script and returns the job's number. While SLURM is busy or its controller away this tries again, with
  /// pauses that grow, for about four minutes; `name` is the job's, by which one is found that was taken although the
  /// answer was lost. Throws Error with what SLURM says.
  std::string submit(const std::filesystem::path& script, const std::vector<std::string>& options,
                     const std::string& name) const;

  /// Which of these jobs have tasks that wait or run. Throws Error when SLURM does not say.
  std::set<std::string> in_queue(const std::vector<std::string>& jobs) const;

 private:
  Command command_;
  std::function<void(double)> pause_;
};

}  // namespace adrep
