#pragma once
#include "benchmarks/run_settings.h"
#include "core/representation/projector_checkpoint.h"

namespace adrep {

/// The checkpoint that `projector=` names; each file is read once a process, or once since forget_projectors(). Throws
/// InputError when none is set or the file cannot be used.
const ProjectorCheckpoint& projector_of(const RunSettings& settings);

/// Forgets the files that were read.
void forget_projectors();

}  // namespace adrep
