#pragma once
#include "core/metrics/metric.h"

namespace adrep {

/// PRO of the published evaluation (protocol.md §8, "PRO in C"): linear thresholds, points with a false-positive rate
/// below 0.3, that rate rescaled by its own minimum and maximum, trapezoids; 0.5 when two points or fewer remain.
/// Undefined without an anomalous or a normal pixel, and where the published code breaks (all scores equal, or one and
/// the same false-positive rate at all points). It changes under a monotone transform of the scores. Throws InputError
/// for NaN or infinite scores, as the others here.
Metric pro_paper(const ScoredPixels& pixels, int threads = 0);

/// PRO of the GLASS column: as pro_paper, but the covered fraction is taken after a 5×5 dilation (the false-positive
/// rate is not), the rescaling adds 1e-10 to its denominator, and there is no rule of 0.5: undefined with fewer than
/// two points (the published training counts 0). The published runs give it maps min-maxed over the test set.
Metric pro_glass(const ScoredPixels& pixels, int threads = 0);

}  // namespace adrep
