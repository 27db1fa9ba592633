#pragma once
#include "benchmarks/plan/run_settings.h"

namespace adrep {

/// What memory= is divided into, bytes. Fitted detectors and the backbone's weights come on top.

/// All of it.
int64_t memory_bytes(const RunSettings& settings);
/// For features: more than this lie in files.
int64_t features_memory(const RunSettings& settings);
/// For the work of detectors and of matching with references, beside features of `held` bytes in memory.
int64_t working_memory(const RunSettings& settings, int64_t held);

/// The latter before features of so many bytes are there: they are held in memory, or are more than their share of
/// `memory` and lie in files.
int64_t working_memory_beside(int64_t memory, int64_t features);
/// The smallest memory=, a multiple of a half, of which this leaves `working` bytes.
double memory_for(int64_t working, int64_t features);

}  // namespace adrep
