#pragma once
#include <chrono>
#include <cstdint>
#include <string>

namespace adrep {

/// Progress of one stage on standard error: one line rewritten in place with rate and time left on a terminal, plain
/// lines now and then otherwise. Silent for stages shorter than half a second, and with --quiet.
class Progress {
 public:
  /// `unit` is what is counted: "images", "points", …
  Progress(std::string stage, int64_t total, std::string unit);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void update(int64_t done);
  /// The same when the total is known only now.
  void update(int64_t done, int64_t total) { total_ = total, update(done); }

  /// What the stage is called from now on.
  void rename(std::string stage) { stage_ = std::move(stage); }

  /// Whether progress is shown at all.
  static void show(bool value);
  /// Removes a half-drawn line so that a log line can be printed.
  static void clear_line();

  /// What this process was last at, "coreset: 1200/4704 points"; "" at first. Of any thread.
  static std::string latest();

  /// "coreset 1200/4704 points, 310/s, 11 s left" (tests)
  static std::string line(const std::string& stage, int64_t done, int64_t total, const std::string& unit,
                          double seconds);

 private:
  using Clock = std::chrono::steady_clock;
  std::string stage_, unit_;
  int64_t total_;
  Clock::time_point start_, last_, noted_;
  bool terminal_;
};

/// "850 ms", "12.3 s", "4 min 05 s", "2 h 10 min", "3 days 04 h"
std::string duration_text(double seconds);

}  // namespace adrep
