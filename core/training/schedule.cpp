#include "core/training/schedule.h"

#include <cmath>
#include <numbers>

namespace adrep {

double MultiStepSchedule::at(int64_t epoch) const {
  double now = rate;
  for (const int64_t milestone : milestones)
    if (milestone <= epoch) now *= factor;
  return now;
}

double WarmCosineSchedule::at(int64_t epoch, int64_t batch, int64_t batches) const {
  const auto cosine = [&](int64_t e) {
    const double smallest = rate * smallest_fraction;
    const double angle = std::numbers::pi * static_cast<double>(e) / static_cast<double>(epochs);
    return smallest + (rate - smallest) * (1 + std::cos(angle)) / 2;
  };
  if (epoch >= warm_epochs) return cosine(epoch);
  const double start = rate * start_fraction;
  const double fraction = static_cast<double>(epoch * batches + batch) / static_cast<double>(warm_epochs * batches);
  return start + fraction * (cosine(warm_epochs) - start);
}

}  // namespace adrep
