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
  const auto cosine = [&](double e) {
    const double smallest = rate * smallest_fraction;
    return smallest + (rate - smallest) * (1 + std::cos(std::numbers::pi * e / static_cast<double>(epochs))) / 2;
  };
  double warm = static_cast<double>(warm_epochs);
  if (epochs < scaled_below) warm *= static_cast<double>(epochs) / static_cast<double>(scaled_below);
  const auto done = static_cast<double>(epoch * batches + batch), all = warm * static_cast<double>(batches);
  if (done >= all) return cosine(static_cast<double>(epoch));
  const double start = rate * start_fraction;
  return start + done / all * (cosine(warm) - start);
}

}  // namespace adrep
