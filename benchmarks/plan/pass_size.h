#pragma once
#include "benchmarks/plan/run_settings.h"

namespace adrep {

/// Images that go through the backbone, a representation or a detector at once: batch=, or for 0 at most 8 on a CPU
/// (more is not faster there) or 32 on a GPU, fewer where they are large. The same settings give the same number on
/// every machine, whatever memory= is. Throws InputError when there is no such backbone.
int64_t images_a_pass(const RunSettings& settings);

}  // namespace adrep
