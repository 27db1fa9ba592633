#pragma once
#include "benchmarks/fitting/fit_data.h"
#include "detectors/pipeline/artefact.h"

namespace adrep {

/// Writes into a model where it comes from: settings, data with fingerprints and counts, machine and versions, and the
/// licence of its weights. `learnt`: good images that it learnt from, `calibrated`: those that its thresholds are from.
void describe(Artefact& artefact, const ModelRequest& request, const FitData& data, int64_t learnt, int64_t calibrated);

}  // namespace adrep
