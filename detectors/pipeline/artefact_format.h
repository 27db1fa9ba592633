#pragma once
#include "core/io/sealed_tensors.h"
#include "detectors/pipeline/artefact.h"

namespace adrep {

inline const SealKind artefact_seal{"adrep detector", 2};

/// An artefact as description and tensors:
///   detector/…       the detector's state
///   bank/0, …        rows of the reference bank, by level
///   projector/…      weights of the projectors
///   post/…           constants of the post step
///   backbone         bytes of the weights file
///   test/…           the probe: image, levels/0, …, maps, image_scores
///   calibration/…    image scores and largest regions of good images, float64 [n]
///   witness/…        scores [W] and maps [W, S, S] of the witnesses
SealedTensors artefact_content(const Artefact& artefact);

/// The other way round, every field, name, type and shape checked; the detector is made from its state. `file`: for
/// messages. Throws InputError, or nlohmann's and LibTorch's exceptions for what is missing or does not fit.
Artefact artefact_from(const SealedTensors& content, const std::filesystem::path& file);

}  // namespace adrep
