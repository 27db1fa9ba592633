#include "core/training/first_process.h"

#include <condition_variable>
#include <mutex>
#include <thread>

#include "core/base/failure.h"
#include "core/base/interrupt.h"

namespace adrep {
namespace {

/// How far process 0 is.
enum class Stage : int64_t { working, done, failed, stopped };

/// What every beat exchanges.
struct Beat {
  Stage stage = Stage::working;
  int64_t length = 0;        ///< of the line that follows
  bool interrupted = false;  ///< any process
};

/// The others pass nothing but whether they are interrupted.
Beat exchange(const ProcessGroup& group, const Beat& own) {
  const at::Tensor sums = group.sum(
      at::tensor({static_cast<int64_t>(own.stage), own.length, static_cast<int64_t>(interrupted())}, at::kLong));
  const int64_t* values = sums.const_data_ptr<int64_t>();
  return {static_cast<Stage>(values[0]), values[1], values[2] > 0};
}

/// Beats while process 0's main thread works.
class Heart {
 public:
  explicit Heart(const ProcessGroup& group) : group_(group), thread_([this] { beat(); }) {}
  ~Heart() { stop(); }

  /// After this the main thread may use the group. Throws what went wrong meanwhile.
  void end() {
    stop();
    if (!problem_) return;
    set_interrupted(was_interrupted_);
    std::rethrow_exception(problem_);
  }

 private:
  void beat() {
    std::unique_lock lock(mutex_);
    try {
      while (!changed_.wait_for(lock, std::chrono::milliseconds(250), [this] { return over_; }))
        if (exchange(group_, {}).interrupted) set_interrupted(true);
    } catch (...) {
      problem_ = std::current_exception();
      was_interrupted_ = interrupted();
      set_interrupted(true);  // the work has become useless
    }
  }
  void stop() {
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
    }
    changed_.notify_one();
    if (thread_.joinable()) thread_.join();
  }

  const ProcessGroup& group_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool over_ = false, was_interrupted_ = false;
  std::exception_ptr problem_;
  std::thread thread_;
};

void work_and_tell(const ProcessGroup& group, const std::function<void()>& work) {
  std::exception_ptr problem;
  Stage stage = Stage::done;
  std::string line;
  Heart heart(group);
  try {
    work();
  } catch (const Interrupted& stop) {
    problem = std::current_exception();
    stage = Stage::stopped;
    line = stop.what();
  } catch (...) {
    problem = std::current_exception();
    stage = Stage::failed;
    line = current_failure().line;
  }
  heart.end();
  exchange(group, {stage, std::ssize(line)});
  if (!problem) return;
  group.sum(at::from_blob(line.data(), {std::ssize(line)}, at::kByte));
  std::rethrow_exception(problem);
}

void wait(const ProcessGroup& group) {
  Beat beat;
  while (beat.stage == Stage::working) beat = exchange(group, {});
  if (beat.stage == Stage::done) return;
  const at::Tensor text = group.sum(at::zeros({beat.length}, at::kByte));
  const std::string line(reinterpret_cast<const char*>(text.const_data_ptr<uint8_t>()),
                         static_cast<size_t>(text.numel()));
  if (beat.stage == Stage::stopped) throw Interrupted(line);
  throw_failure("process {} of {}: process 0 stopped: {}", group.rank(), group.size(), line);
}

}  // namespace

void in_first_process(const ProcessGroup& group, const std::function<void()>& work) {
  if (group.alone())
    work();
  else if (group.first())
    work_and_tell(group, work);
  else
    wait(group);
}

}  // namespace adrep
