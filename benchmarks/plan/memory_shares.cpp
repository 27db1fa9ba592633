#include "benchmarks/plan/memory_shares.h"

#include <algorithm>

namespace adrep {

int64_t memory_bytes(const RunSettings& settings) {
  return static_cast<int64_t>(settings.memory * (int64_t{1} << 30));
}

int64_t features_memory(const RunSettings& settings) {
  return memory_bytes(settings) / 2;
}

int64_t working_memory(const RunSettings& settings, int64_t held) {
  return std::max(memory_bytes(settings) - held, memory_bytes(settings) / 2);
}

int64_t working_memory_beside(int64_t memory, int64_t features) {
  return features > memory / 2 ? memory : memory - features;
}

double memory_for(int64_t working, int64_t features) {
  constexpr int64_t step = int64_t{1} << 29;
  int64_t steps = std::max<int64_t>(1, (working + step - 1) / step);
  while (working_memory_beside(steps * step, features) < working) ++steps;
  return static_cast<double>(steps) / 2;
}

}  // namespace adrep
