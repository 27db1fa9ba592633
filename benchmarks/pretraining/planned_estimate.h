#pragma once
#include "benchmarks/pretraining/planned_pretrainings.h"
#include "benchmarks/run/estimate.h"

namespace adrep {

/// What the pretrainings of a plan would take, in their order. Of those that can be done a pass is measured, of one for
/// all that differ in nothing that takes time; of those that lack something the published number of images and the
/// backbone's size are taken where these are known.
std::vector<PretrainingRow> estimate_pretrainings(const PlannedPretrainings& planned);

}  // namespace adrep
