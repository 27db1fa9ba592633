#pragma once
#include "benchmarks/map_evaluation/map_report.h"
#include "benchmarks/map_evaluation/map_scores.h"

namespace adrep {

/// Adds stratified bootstrap intervals over images to the exact metrics of the first section: image AUROC, AP and F1
/// always; pixel metrics and PRO where all maps are in memory and replicates · pixels stay affordable. A note says
/// what was left out and why.
void add_intervals(MapReport& report, MapScores& scores, const MetricsSettings& settings);

}  // namespace adrep
