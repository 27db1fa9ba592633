#pragma once
#include <string>
#include <vector>

namespace adrep {

/// What a process did for how long.
struct StageSeconds {
  std::string stage;
  double own = 0;     ///< seconds of the thread that counting began in; those of all stages add up to the whole
  double beside = 0;  ///< seconds of other threads, summed
};

/// While it lives, the calling thread's time counts for this stage and for none around it. Costs nothing unless times
/// are counted. What is queued on a GPU counts for the stage that waits for it. `stage`: a string literal.
class StageTime {
 public:
  explicit StageTime(const char* stage);
  ~StageTime();
  StageTime(const StageTime&) = delete;
  StageTime& operator=(const StageTime&) = delete;

 private:
  const char* stage_;  ///< nullptr: times are not counted
  StageTime* around_ = nullptr;
};

/// Stage of time that no other stage has.
constexpr const char* other_stage = "other";

/// From now on times are counted, those of the calling thread as `own`; what the process did before is the stage
/// "start". Of the whole process, for the main program to decide.
void count_stage_times();

/// In the order in which the stages first ended; empty where times are not counted.
std::vector<StageSeconds> stage_times();

/// A table of them, a line a stage, and the sum; "" for none.
std::string stage_times_text(const std::vector<StageSeconds>& times);

}  // namespace adrep
