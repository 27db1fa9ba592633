#pragma once
#include "core/metrics/curve.h"
#include "core/metrics/metric.h"

namespace adrep {

/// The PRO curve of MVTec's official evaluation code (the variant of MVTec 3D-AD and LOCO): thresholds are the scores
/// at `ranks` equidistant ranks of the sorted normal pixels, ⌊i (n − 1) / (ranks − 1)⌋; a pixel is anomalous when its
/// score is strictly above; the false-positive rate of rank k is 1 − (k + 1) / n, whether scores tie or not; (1, 1) is
/// added. At least one region and one normal pixel.
Curve mvtec_pro_curve(const ScoredPixels& pixels, int64_t ranks, int threads = 0);

/// Its area to a false-positive rate of 0.3 with linear interpolation there, divided by 0.3. Undefined without an
/// anomalous or a normal pixel. Throws InputError for fewer than two ranks and for NaN or infinite scores.
Metric pro_mvtec(const ScoredPixels& pixels, int64_t ranks, int threads = 0);

}  // namespace adrep
