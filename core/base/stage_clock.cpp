#include "core/base/stage_clock.h"

#include <c10/core/impl/VirtualGuardImpl.h>

#include <utility>

namespace adrep {

StageClock::Clock::time_point StageClock::now() const {
  if (device_.is_cuda())
    c10::impl::VirtualGuardImpl(at::kCUDA).synchronizeDevice(device_.has_index() ? device_.index() : 0);
  return Clock::now();
}

void StageClock::restart() {
  last_ = now();
}

void StageClock::lap(const std::string& stage) {
  const Clock::time_point time = now();
  seconds_[stage] += std::chrono::duration<double>(time - last_).count();
  last_ = time;
}

std::map<std::string, double> StageClock::take_seconds() {
  return std::exchange(seconds_, {});
}

}  // namespace adrep
