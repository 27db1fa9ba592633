#pragma once
#include <set>
#include <string>
#include <vector>

#include "benchmarks/fitting/fit_data.h"
#include "detectors/pipeline/artefact.h"

namespace adrep {

/// Adds to a model's provenance what its good images hold (content_mark), so that an update knows them again.
void add_contents(nlohmann::json& provenance, const std::vector<Sample>& images);
/// What it says of them; nothing of models that earlier versions made.
std::set<std::string> contents_in(const nlohmann::json& provenance);

/// Writes into a model where it comes from: settings, data with fingerprints and counts, machine and versions, and the
/// licence of its weights. `learnt`: good images that it learnt from, `calibrated`: those that its thresholds are from.
void describe(Artefact& artefact, const ModelRequest& request, const FitData& data, int64_t learnt, int64_t calibrated);

}  // namespace adrep
