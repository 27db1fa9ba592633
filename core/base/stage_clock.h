#pragma once
#include <ATen/ATen.h>

#include <chrono>
#include <map>
#include <string>

namespace adrep {

/// Wall-clock seconds that the stages of a repeated piece of work take. Every lap waits for a CUDA device, so that what
/// was queued counts for the stage that queued it.
class StageClock {
 public:
  explicit StageClock(const at::Device& device) : device_(device), last_(Clock::now()) {}

  /// What happened since the last lap counts for no stage.
  void restart();
  /// What happened since the last lap or restart counts for this stage.
  void lap(const std::string& stage);
  /// Seconds by stage since the last call; then they are zero.
  std::map<std::string, double> take_seconds();

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point now() const;

  at::Device device_;
  Clock::time_point last_;
  std::map<std::string, double> seconds_;
};

}  // namespace adrep
