#include "benchmarks/speed/answering_process.h"

#include <fcntl.h>
#include <fmt/ranges.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cmath>
#include <csignal>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/interrupt.h"
#include "core/base/spawning.h"
#include "core/base/stopwatch.h"
#include "core/base/text_layout.h"

namespace adrep {
namespace {

constexpr std::chrono::milliseconds answer_poll(100), end_poll(5);
constexpr double seconds_to_end = 10;  ///< of a program that was told that there is nothing more
constexpr size_t shown_columns = 160;  ///< of what a program said

/// A number of kB of a process's status, in bytes; 0 for a process that is gone.
int64_t status_bytes(const std::filesystem::path& process, const std::string& name) {
  std::ifstream file(process / "status");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with(name + ":")) return std::stoll(line.substr(name.size() + 1)) * 1024;
  return 0;
}

}  // namespace

AnsweringProcess::AnsweringProcess(AnsweringProgram program, std::filesystem::path complaints, double patience)
    : program_(std::move(program)), complaints_(std::move(complaints)), patience_(patience) {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    throw_failure("{}: cannot be started: no socket: {}", program_.name, std::strerror(errno));
  channel_ = LineChannel(Descriptor(ends[0]));
  const Descriptor its_end(ends[1]);
  Spawning spawning;
  spawning.give(its_end.number(), STDIN_FILENO);
  spawning.give(its_end.number(), STDOUT_FILENO);
  spawning.open_at(STDERR_FILENO, complaints_, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND);
  process_ = spawning.start(program_.command);
}

AnsweringProcess::~AnsweringProcess() {
  if (process_ < 0) return;
  kill(-process_, SIGKILL);
  while (waitpid(process_, nullptr, 0) < 0 && errno == EINTR) continue;
}

bool AnsweringProcess::ends_within(double seconds) {
  const Stopwatch stopwatch;
  while (waitpid(process_, &status_, WNOHANG) == 0) {
    stop_if_interrupted();
    if (stopwatch.seconds() > seconds) return false;
    std::this_thread::sleep_for(end_poll);
  }
  kill(-process_, SIGKILL);  // what it started and left behind
  process_ = -1;
  return true;
}

std::string AnsweringProcess::last_words() const {
  std::istringstream lines(std::filesystem::exists(complaints_) ? read_file(complaints_) : "");
  std::string last;
  for (std::string line; std::getline(lines, line);)
    if (line.find_first_not_of(" \t\r") != std::string::npos) last = line;
  return last.empty() ? "" : "; its last words: " + shortened(last, shown_columns);
}

void AnsweringProcess::throw_ended(const std::string& image) {
  const std::string how = !ends_within(seconds_to_end) ? "closed its output"
                          : status_ == 0               ? "ended with exit code 0"
                                                       : "ended with " + ending_text(status_);
  throw_failure("{}: {} before it answered {}{}", program_.name, how, image, last_words());
}

void AnsweringProcess::check(const std::string& line, const std::string& image) const {
  const nlohmann::json answer = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
  const bool right = answer.is_object() && answer.contains("image") && answer["image"] == image &&
                     answer.contains("score") && answer["score"].is_number();
  if (!right)
    throw_failure("{}: its answer to {} has to be a JSON object with this image and a score: '{}'{}", program_.name,
                  image, shortened(line, shown_columns), last_words());
}

double AnsweringProcess::answer(const std::vector<std::string>& images) {
  std::vector<std::string> lines;
  const Stopwatch stopwatch;
  double last = 0;
  channel_.send(fmt::format("{}", fmt::join(images, "\n")));  // where it is no more, its output is closed, too
  while (lines.size() < images.size()) {
    wait_for_any({&channel_}, answer_poll);
    const std::vector<std::string> received = channel_.received();
    const double now = stopwatch.seconds();
    if (!received.empty()) last = now;
    lines.insert(lines.end(), received.begin(), received.end());
    if (lines.size() >= images.size()) break;
    if (channel_.closed()) throw_ended(images[lines.size()]);
    if (now - last > patience_)
      throw_failure("{}: no answer to {} within {:.0f} s{}", program_.name, images[lines.size()], patience_,
                    last_words());
    stop_if_interrupted();
  }
  for (size_t i = 0; i < lines.size(); ++i) check(lines[i], i < images.size() ? images[i] : "nothing");
  return last;
}

int64_t AnsweringProcess::peak_bytes() const {
  int64_t peak = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const pid_t process = static_cast<pid_t>(std::strtol(entry.path().filename().c_str(), nullptr, 10));
    if (process > 0 && getpgid(process) == process_) peak = std::max(peak, status_bytes(entry.path(), "VmHWM"));
  }
  return peak;
}

void AnsweringProcess::end() {
  shutdown(channel_.descriptor(), SHUT_WR);
  ends_within(seconds_to_end);
}

}  // namespace adrep
