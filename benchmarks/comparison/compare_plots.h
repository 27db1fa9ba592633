#pragma once
#include <string>

#include "benchmarks/comparison/compare.h"

namespace adrep {

/// Plots of a comparison as SVG in the report's style (report_style.h).

/// Mean ranks on an axis, best left; a bar joins methods within Nemenyi's critical difference (Demšar 2006, Figure 1).
/// Empty where the difference is undefined.
std::string critical_difference_plot(const Comparison& comparison);

/// Accuracy over cost, the Pareto front joined; the cost's axis is logarithmic over more than a factor of 20.
/// Empty where there is no front.
std::string pareto_plot(const Comparison& comparison);

/// An interval as a whisker with its estimate on an axis of this range, with a mark at 0 where that is inside. Empty
/// where the interval is undefined.
std::string interval_plot(const Interval& interval, double from, double to);

/// The plots' style, to be added to report_style.
inline constexpr const char* compare_style = R"(
svg .axis { stroke: var(--text); fill: none; } svg .alike { stroke: var(--derived); stroke-width: 4; stroke-linecap: round; }
svg .front { stroke: var(--derived); stroke-width: 1.5; fill: none; } svg .chosen { fill: var(--derived); } svg .other { fill: var(--back); stroke: var(--raw); stroke-width: 1.5; }
svg .begin { paint-order: stroke; stroke: var(--back); stroke-width: 4px; } svg .strong { font-weight: 600; } td svg { display: block; }
)";

}  // namespace adrep
