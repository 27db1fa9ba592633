#include "benchmarks/cluster/scheduler.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>

#include "core/base/child_process.h"
#include "core/base/error.h"
#include "core/base/interrupt.h"
#include "core/base/log.h"
#include "core/base/paths.h"

namespace adrep {
namespace {

/// The program of this name on PATH.
std::string program_on_path(const std::string& name) {
  for (const std::filesystem::path& folder : folders_of_variable("PATH"))
    if (std::error_code failed; std::filesystem::exists(folder / name, failed)) return (folder / name).string();
  throw_failure("{}: not found on PATH: submit where SLURM's commands are; --print shows the scripts without it", name);
}

Scheduler::Answer run_to_end(const std::vector<std::string>& words) {
  std::vector<std::string> command = words;
  command.front() = program_on_path(words.front());
  ChildProcess process(command);
  Scheduler::Answer answer;
  while (const std::optional<std::string> line = process.output().next()) answer.lines.push_back(*line);
  answer.problem = process.wait();
  return answer;
}

bool contains_any(const std::vector<std::string>& lines, const std::vector<std::string>& words) {
  return std::any_of(lines.begin(), lines.end(), [&](const std::string& line) {
    std::string lower = line;
    std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
    return std::any_of(words.begin(), words.end(),
                       [&](const std::string& word) { return lower.find(word) != lower.npos; });
  });
}

/// What SLURM says when it may take the same job later.
bool is_busy(const Scheduler::Answer& answer) {
  return contains_any(answer.lines, {"timed out", "timeout", "temporarily", "unable to contact", "try again", "busy",
                                     "connection refused", "connection reset", "communication", "zero bytes",
                                     "in standby mode", "not responding"});
}

/// The job's number in what --parsable prints, "12" or "12;cluster"; "" where there is none.
std::string job_number(const std::vector<std::string>& lines) {
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
    const std::string number = line->substr(0, line->find(';'));
    if (!number.empty() && std::all_of(number.begin(), number.end(), [](unsigned char c) { return std::isdigit(c); }))
      return number;
  }
  return "";
}

}  // namespace

Scheduler::Scheduler(Command command, std::function<void(double seconds)> pause)
    : command_(command ? std::move(command) : run_to_end), pause_(pause ? std::move(pause) : wait_or_interrupted) {}

std::string Scheduler::submit(const std::filesystem::path& script, const std::vector<std::string>& options,
                              const std::string& name) const {
  std::vector<std::string> words = {"sbatch", "--parsable"};
  words.insert(words.end(), options.begin(), options.end());
  words.push_back(script.string());
  constexpr double longest = 64;
  for (double wait = 1;; wait *= 2) {
    const Answer answer = command_(words);
    const std::string said = fmt::format("{}", fmt::join(answer.lines, " "));
    if (answer.problem.empty()) {
      if (const std::string number = job_number(answer.lines); !number.empty()) return number;
      throw_failure("sbatch: it gave no job number: {}", said);
    }
    if (!is_busy(answer)) throw_failure("sbatch: {}", said.empty() ? answer.problem : said);
    // it may have taken the job and only the answer was lost
    const Answer queue = command_({"squeue", "--noheader", "--array-unique", "--format=%A", "--name=" + name});
    if (const std::string number = job_number(queue.lines); queue.problem.empty() && !number.empty()) return number;
    if (wait > longest) throw_failure("sbatch: {} (tried for some minutes: submit again later)", said);
    log_info(fmt::format("sbatch: {}: again in {:.0f} s", said, wait));
    pause_(wait);
  }
}

std::set<std::string> Scheduler::in_queue(const std::vector<std::string>& jobs) const {
  std::set<std::string> there;
  for (const std::string& job : jobs) {
    const Answer answer = command_({"squeue", "--noheader", "--format=%F", "--jobs=" + job});
    if (answer.problem.empty() && !job_number(answer.lines).empty()) there.insert(job);
    // a job that is long over is an error to squeue, too
    if (!answer.problem.empty() && !contains_any(answer.lines, {"invalid job id"}))
      throw_failure("squeue: {}: whether job {} still runs is not known: submit again later",
                    answer.lines.empty() ? answer.problem : fmt::format("{}", fmt::join(answer.lines, " ")), job);
  }
  return there;
}

}  // namespace adrep
