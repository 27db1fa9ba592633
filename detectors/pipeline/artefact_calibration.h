#pragma once
#include "core/io/sealed_tensors.h"
#include "detectors/pipeline/artefact.h"

namespace adrep {

inline const std::string calibration_prefix = "calibration/", witness_prefix = "witness/";

/// Adds an artefact's calibration and witnesses, where it has any, to its description and tensors.
void add_calibration(SealedTensors& content, const Artefact& artefact);

/// The other way round; the artefact has its geometry already. Throws InputError, or nlohmann's exceptions for what is
/// missing.
void take_calibration(const SealedTensors& content, Artefact& artefact);

}  // namespace adrep
