#pragma once
#include "core/metrics/pro_rule.h"

namespace adrep {

/// The published evaluation (protocol.md §8, "PRO in C"): linear thresholds, score > threshold, points with a
/// false-positive rate below 0.3, that rate rescaled by its own minimum and maximum, trapezoids; 0.5 when two points or
/// fewer remain. Undefined where the published code breaks (all scores equal, or one and the same false-positive rate
/// at all points). It changes under a monotone transform of the scores.
ProRule paper_rule();

/// The GLASS column: as `paper_rule`, but the covered fraction is taken after a 5×5 dilation (the false-positive rate
/// is not), the rescaling adds 1e-10 to its denominator, and there is no rule of 0.5: undefined with fewer than two
/// points (the published training counts 0). The published runs give it maps min-maxed over the test set.
ProRule glass_rule();

/// MVTec's official evaluation code (the variant of MVTec 3D-AD and LOCO): thresholds are the scores at `ranks`
/// equidistant ranks of the sorted normal pixels, ⌊i (n − 1) / (ranks − 1)⌋; a pixel is anomalous when its score is
/// strictly above; the false-positive rate of rank k is 1 − (k + 1) / n, whether scores tie or not. Area to 0.3 with
/// linear interpolation there, divided by 0.3. Throws InputError for fewer than two ranks.
ProRule mvtec_rule(int64_t ranks);

/// The package adeval (1.1.0): `bins` equal float intervals between the lowest and the highest score; a pixel is
/// anomalous at or above an edge; nothing is added for scores beyond the highest edge; region weights are floats. Area
/// to 0.3, interpolated, divided by 0.3. Undefined where more than 0.3 of the normal pixels share the highest score.
/// Throws InputError for fewer than 5 bins (adeval's rule).
ProRule adeval_rule(int64_t bins);

}  // namespace adrep
