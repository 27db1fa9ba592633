#pragma once
#include <map>
#include <string>

#include "benchmarks/layouts/laid_out.h"

namespace adrep {

/// A table as a file for `.eval_results/` of a model's repository on the Hugging Face Hub (docs/hub/eval-results
/// there): an entry a value, in percent, `task_id` the metric, the rules in `notes`. `dataset_ids`: what the Hub calls
/// a data set, "mvtec_ad" -> "org/name"; the format requires one for each. Throws InputError for a data set without,
/// one that is no "org/name", and a layout whose fields are of several data sets.
std::string layout_as_hub_results(const LaidOut& table, const std::map<std::string, std::string>& dataset_ids);

}  // namespace adrep
