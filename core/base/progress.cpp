#include "core/base/progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <mutex>

#include "core/base/log.h"
#include "core/base/message_receivers.h"
#include "core/base/text_layout.h"

namespace adrep {
namespace {

bool shown = true;
std::atomic<bool> line_is_drawn = false;  // a heartbeat's thread may have something to say (lease.h)

/// What send_progress_to was given.
std::atomic<bool> line_is_sent = false;

std::function<void(const std::string&)>& progress_receiver() {
  static std::function<void(const std::string&)> receiver;
  return receiver;
}

/// What Progress::latest gives.
struct LatestStage {
  std::mutex mutex;
  std::string text;

  static LatestStage& instance() {
    static LatestStage latest;
    return latest;
  }
};

/// Columns of the terminal that standard error is; a line that is longer would not be rewritten in place.
size_t terminal_width() {
  winsize size{};
  constexpr size_t usual = 80;
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col : usual;
}

double seconds_between(std::chrono::steady_clock::time_point a, std::chrono::steady_clock::time_point b) {
  return std::chrono::duration<double>(b - a).count();
}

}  // namespace

Progress::Progress(std::string stage, int64_t total, std::string unit)
    : stage_(std::move(stage)),
      unit_(std::move(unit)),
      total_(total),
      start_(Clock::now()),
      last_(start_),
      terminal_(progress_receiver() || is_terminal(STDERR_FILENO)) {}

Progress::~Progress() {
  if (line_is_sent.exchange(false) && progress_receiver()) progress_receiver()("");
  if (terminal_) clear_line();
}

void Progress::update(int64_t done) {
  const auto now = Clock::now();
  if (constexpr double pause = 0.2; seconds_between(noted_, now) >= pause) {
    noted_ = now;
    LatestStage& latest = LatestStage::instance();
    const std::lock_guard lock(latest.mutex);
    latest.text = fmt::format("{}: {}/{} {}", stage_, done, total_, unit_);
  }
  if (!shown) return;
  // the first line after half a second, then ten a second on a terminal and one every ten seconds in a log
  const double wait = terminal_ ? (last_ == start_ ? 0.5 : 0.1) : 10.0;
  if (seconds_between(last_, now) < wait) return;
  last_ = now;
  const std::string text = line(stage_, done, total_, unit_, seconds_between(start_, now));
  if (progress_receiver()) {
    line_is_sent = true;
    return progress_receiver()(text);
  }
  if (terminal_) {
    fmt::print(stderr, "\r\033[K{}", shortened(text, terminal_width() - 1));
    line_is_drawn = true;
  } else {
    fmt::print(stderr, "adrep: {}\n", text);
  }
  std::fflush(stderr);
}

std::string Progress::latest() {
  LatestStage& latest = LatestStage::instance();
  const std::lock_guard lock(latest.mutex);
  return latest.text;
}

void send_progress_to(std::function<void(const std::string&)> receiver) {
  progress_receiver() = std::move(receiver);
}

void Progress::show(bool value) {
  shown = value;
}

void Progress::clear_line() {
  if (!line_is_drawn) return;
  fmt::print(stderr, "\r\033[K");
  std::fflush(stderr);
  line_is_drawn = false;
}

std::string Progress::line(const std::string& stage, int64_t done, int64_t total, const std::string& unit,
                           double seconds) {
  const double rate = seconds > 0 ? static_cast<double>(done) / seconds : 0;
  std::string text = fmt::format("{}: {}/{} {}", stage, done, total, unit);
  if (rate > 0) {
    text += rate >= 10 ? fmt::format(", {:.0f}/s", rate) : fmt::format(", {:.2f}/s", rate);
    text += fmt::format(", {} left", duration_text(static_cast<double>(total - done) / rate));
  }
  return text;
}

std::string duration_text(double seconds) {
  if (seconds < 1) return fmt::format("{:.0f} ms", seconds * 1000);
  if (seconds < 60) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<int64_t>(seconds + 0.5);
  if (whole < 3600) return fmt::format("{} min {:02d} s", whole / 60, whole % 60);
  constexpr int64_t hour = 3600, day = 24 * hour;
  if (whole < 2 * day) return fmt::format("{} h {:02d} min", whole / hour, whole % hour / 60);
  return fmt::format("{} days {:02d} h", whole / day, whole % day / hour);
}

}  // namespace adrep
