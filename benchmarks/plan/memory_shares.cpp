#include "benchmarks/plan/memory_shares.h"

#include <algorithm>

namespace adrep {

namespace {

int64_t all_of(const RunSettings& settings) {
  return static_cast<int64_t>(settings.memory * (int64_t{1} << 30));
}

}  // namespace

int64_t features_memory(const RunSettings& settings) {
  return all_of(settings) / 2;
}

int64_t working_memory(const RunSettings& settings, int64_t held) {
  return std::max(all_of(settings) - held, all_of(settings) / 2);
}

}  // namespace adrep
