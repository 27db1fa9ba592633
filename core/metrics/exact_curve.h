#pragma once
#include "core/metrics/curve.h"
#include "core/metrics/metric.h"
#include "core/metrics/regions.h"

namespace adrep {

/// The per-region overlap curve of every distinct score (score ≥ threshold), from (0, 0) to (1, 1): x the
/// false-positive rate, y the mean covered fraction. For drawing: points nearer than `resolution` to the one before are
/// left out, so a straight line between two points is off by less than that. At least one region and one normal pixel.
Curve exact_pro_curve(const ScoredPixels& pixels, const Regions& regions, int threads = 0, double resolution = 1e-3);

}  // namespace adrep
