#pragma once
#include <string>

#include "benchmarks/map_evaluation/explain_text.h"

namespace adrep {

/// The exact PRO curve up to the false-positive rate `rate_end` as SVG, with a protocol's sampled points on top: those
/// that its area is taken over filled, the others hollow. A line marks the limit.
std::string pro_curve_plot(const ProComparison& comparison, const Explanation& explanation, double rate_end);

/// How many normal and anomalous pixels have which score (logarithmic), and below it where each protocol's thresholds
/// lie. A line marks the score at the limit. "" without pixels.
std::string score_histogram_plot(const ProComparison& comparison);

/// One step of a waterfall as a small SVG bar from the value before to the value after it; all bars of a page share
/// the scale `low` to `high`.
std::string step_bar(double before, double after, double low, double high);

/// The style of these plots, beside report_style.
extern const char* const explain_style;

}  // namespace adrep
