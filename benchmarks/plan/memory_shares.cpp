#include "benchmarks/plan/memory_shares.h"

namespace adrep {

int64_t features_memory(const RunSettings& settings) {
  return static_cast<int64_t>(settings.memory * (int64_t{1} << 30)) / 2;
}

int64_t working_memory(const RunSettings& settings) {
  return features_memory(settings);
}

}  // namespace adrep
