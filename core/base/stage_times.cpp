#include "core/base/stage_times.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <fstream>
#include <mutex>
#include <thread>
#include <utility>

#include "core/base/process_state.h"

namespace adrep {
namespace {

using StageTimePoint = std::chrono::steady_clock::time_point;

double length_in_seconds(StageTimePoint begin, StageTimePoint end) {
  return std::chrono::duration<double>(end - begin).count();
}

/// Seconds since this process was started, as the system has it (hundredths); 0 where it does not say.
double seconds_since_start() {
  const std::optional<ProcessState> own = process_state(getpid());
  double up = 0;
  if (!own || !(std::ifstream("/proc/uptime") >> up)) return 0;
  return std::max(up - static_cast<double>(own->started) / static_cast<double>(sysconf(_SC_CLK_TCK)), 0.0);
}

/// The stages of all threads.
class StageSheet {
 public:
  void begin() {
    const std::lock_guard lock(mutex_);
    own_ = std::this_thread::get_id();
    rows_ = {{"start", seconds_since_start(), 0}};
    counts_ = true;
  }
  bool counts() const { return counts_; }
  /// Whether counting began in the calling thread.
  bool is_own() const {
    const std::lock_guard lock(mutex_);
    return std::this_thread::get_id() == own_;
  }

  void add(const char* stage, double seconds) {
    const std::lock_guard lock(mutex_);
    auto row = std::find_if(rows_.begin(), rows_.end(), [&](const StageSeconds& r) { return r.stage == stage; });
    if (row == rows_.end()) row = rows_.insert(rows_.end(), {stage, 0, 0});
    (std::this_thread::get_id() == own_ ? row->own : row->beside) += seconds;
  }

  std::vector<StageSeconds> rows() const {
    const std::lock_guard lock(mutex_);
    return rows_;
  }

 private:
  mutable std::mutex mutex_;
  std::atomic<bool> counts_ = false;
  std::thread::id own_;
  std::vector<StageSeconds> rows_;
};

StageSheet& stage_sheet() {
  static StageSheet sheet;
  return sheet;
}

/// What this thread is at, and since when.
struct ThreadStage {
  StageTime* innermost = nullptr;
  const char* stage = other_stage;
  StageTimePoint since;
};

thread_local ThreadStage thread_stage;

/// What was since the last change counts for the stage that is left. What other threads do outside of stages, which is
/// mostly waiting, counts for none.
void change_stage(const char* stage) {
  const StageTimePoint now = std::chrono::steady_clock::now();
  if (thread_stage.since != StageTimePoint())
    stage_sheet().add(thread_stage.stage, length_in_seconds(thread_stage.since, now));
  thread_stage.stage = stage;
  thread_stage.since = now;
}

}  // namespace

StageTime::StageTime(const char* stage) : stage_(stage_sheet().counts() ? stage : nullptr) {
  if (!stage_) return;
  around_ = std::exchange(thread_stage.innermost, this);
  change_stage(stage_);
}

StageTime::~StageTime() {
  if (!stage_) return;
  thread_stage.innermost = around_;
  change_stage(around_ ? around_->stage_ : other_stage);
  if (!around_ && !stage_sheet().is_own()) thread_stage.since = {};
}

void count_stage_times() {
  stage_sheet().begin();
  change_stage(other_stage);
}

std::vector<StageSeconds> stage_times() {
  if (!stage_sheet().counts()) return {};
  if (stage_sheet().is_own()) change_stage(thread_stage.stage);
  return stage_sheet().rows();
}

std::string stage_times_text(const std::vector<StageSeconds>& times) {
  if (times.empty()) return "";
  std::string text = fmt::format("{:<12}{:>12}{:>18}\n", "seconds", "main thread", "threads beside it");
  double own = 0, beside = 0;
  for (const StageSeconds& row : times) {
    text += fmt::format("{:<12}{:>12.2f}{:>18}\n", row.stage, row.own,
                        row.beside > 0 ? fmt::format("{:.2f}", row.beside) : "");
    own += row.own, beside += row.beside;
  }
  return text + fmt::format("{:<12}{:>12.2f}{:>18.2f}\n", "sum", own, beside);
}

}  // namespace adrep
