#pragma once
#include <memory>
#include <nlohmann/json.hpp>

#include "benchmarks/plan/run_settings.h"
#include "core/representation/projector_checkpoint.h"

namespace adrep {

/// Where the paper's authors publish projectors and lists of references.
inline constexpr const char* projectors_page = "https://github.com/xcyao00/ADPretrain";

/// The checkpoint that `projector=` names; each file is read once a process, or once since forget_projectors(). Throws
/// InputError when none is set or the file cannot be used.
const ProjectorCheckpoint& projector_of(const RunSettings& settings);

/// The configuration that pretrained features are computed with: of projectors whose backbone was trained with them
/// that backbone is, which lies beside their file. Throws InputError as projector_of does, and when it is not there.
std::shared_ptr<const RunConfig> config_with_projectors(const std::shared_ptr<const RunConfig>& config);

/// Forgets the files that were read.
void forget_projectors();

/// What a result records of them beside the file's hash: how they are built, and for an architecture that attends to
/// residuals of the references how these are made, which the paper leaves open (reference_residuals.h).
nlohmann::json projector_record(const ProjectorCheckpoint& projector);

}  // namespace adrep
