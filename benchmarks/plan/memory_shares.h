#pragma once
#include "benchmarks/plan/run_settings.h"

namespace adrep {

/// What memory= is divided into, bytes. Fitted detectors and the backbone's weights come on top.

/// For features: more than this lie in files.
int64_t features_memory(const RunSettings& settings);
/// For the work of detectors and of matching with references, beside features of `held` bytes in memory.
int64_t working_memory(const RunSettings& settings, int64_t held);

}  // namespace adrep
