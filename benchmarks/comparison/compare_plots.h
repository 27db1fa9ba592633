#pragma once
#include "benchmarks/comparison/compare.h"
#include "core/drawing/markup.h"

namespace adrep {

/// Plots of a comparison as SVG (core/drawing/svg.h).

/// Mean ranks on an axis, best left; a bar joins methods within Nemenyi's critical difference (Demšar 2006, Figure 1).
/// Empty where the difference is undefined.
Markup critical_difference_plot(const Comparison& comparison);

/// Accuracy over cost, the Pareto front joined; the cost's axis is logarithmic over more than a factor of 20.
/// Empty where there is no front.
Markup pareto_plot(const Comparison& comparison);

/// An interval as a whisker with its estimate on an axis of this range, with a mark at 0 where that is inside. Empty
/// where the interval is undefined.
Markup interval_plot(const Interval& interval, double from, double to);

}  // namespace adrep
