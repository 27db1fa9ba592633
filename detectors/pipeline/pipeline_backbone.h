#pragma once
#include "detectors/pipeline/pipeline.h"

namespace adrep {

/// The backbone of an artefact on the options' device: from its embedded weights, or from the file that the options
/// name or find_weights finds, whose SHA-256 must be the artefact's. Code is hashed before it is run. Throws InputError
/// saying what to do.
std::unique_ptr<const Backbone> backbone_of(const ArtefactBackbone& wanted, const PipelineOptions& options);

}  // namespace adrep
