#pragma once
#include "benchmarks/plan/run_settings.h"

namespace adrep {

/// What memory= is divided into, bytes: features that are held, and the working memory of detectors and of matching
/// with references. Fitted detectors and the backbone's weights come on top.
int64_t features_memory(const RunSettings& settings);
int64_t working_memory(const RunSettings& settings);

}  // namespace adrep
