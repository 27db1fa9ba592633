#pragma once
#include "benchmarks/map_evaluation/map_report.h"
#include "benchmarks/map_evaluation/metrics_settings.h"

namespace adrep {

/// Every metric of `adrep metrics`. Exact metrics work for maps of any size and number (out of core where they do not
/// fit, with the same values bit for bit); other protocols, AUPIMO and intervals of pixel metrics need all maps in
/// memory: InputError for a protocol, a reason or a note for the others.
MapReport evaluate_maps(const MapPairs& pairs, const MetricsSettings& settings);

}  // namespace adrep
