#pragma once
#include "benchmarks/map_evaluation/explain_text.h"
#include "core/drawing/markup.h"

namespace adrep {

/// The exact PRO curve up to the false-positive rate `rate_end` as SVG, with a protocol's sampled points on top: those
/// that its area is taken over filled, the others hollow. A line marks the limit.
Markup pro_curve_plot(const ProComparison& comparison, const Explanation& explanation, double rate_end);

/// How many normal and anomalous pixels have which score (logarithmic), and below it where each protocol's thresholds
/// lie. A line marks the score at the limit. Empty without pixels.
Markup score_histogram_plot(const ProComparison& comparison);

/// One step of a waterfall as a small SVG bar from the value before to the value after it; all bars of a page share
/// the scale `low` to `high`.
Markup step_bar(double before, double after, double low, double high);

}  // namespace adrep
