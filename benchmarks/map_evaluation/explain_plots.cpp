#include "benchmarks/map_evaluation/explain_plots.h"

#include <cmath>

#include "core/drawing/axis.h"
#include "core/drawing/svg.h"

namespace adrep {
namespace {

constexpr double kWidth = 400, kHeight = 250, kLeft = 36, kTop = 8, kRight = 10, kBottom = 36;
constexpr double kHistogramWidth = 760, kHistogramHeight = 170, kRugHeight = 18, kRugLabel = 100;

/// Where false-positive rates and coverages lie in the drawing of a curve.
struct CurvePlace {
  Axis rates;
  double x(double rate) const { return kLeft + rates.place(rate) * (kWidth - kLeft - kRight); }
  double y(double coverage) const { return kTop + (1 - coverage) * (kHeight - kTop - kBottom); }
};

Markup vertical(const std::string& kind, double x, double top, double bottom) {
  return svg::line(kind, x, top, x, bottom);
}

Markup frame(const CurvePlace& place) {
  const double left = place.x(0), right = place.x(place.rates.high);
  Markup shapes;
  for (const double tick : place.rates.ticks(6))
    shapes += svg::grid_column(place.x(tick), place.y(1), place.y(0), fmt::format("{:.3g}", tick));
  for (const double tick : multiples(0, 1, 0.25))
    shapes += svg::grid_row(left, right, place.y(tick), fmt::format("{:g}", 100 * tick));
  return shapes + svg::text("tick", (left + right) / 2, kHeight - 6, "false-positive rate");
}

Markup exact_line(const CurvePlace& place, const Curve& exact) {
  const Curve shown = cut_at(exact, place.rates.high);
  svg::Path line;
  for (size_t i = 0; i < shown.x.size(); ++i) line.join(place.x(shown.x[i]), place.y(shown.y[i]));
  return svg::path("exact", line);
}

/// A point less than half a pixel from the one before is not drawn.
Markup sampled_points(const CurvePlace& place, const ProComparison& comparison, const Explanation& explanation) {
  Markup shapes;
  double last_x = -9, last_y = -9;
  const Curve& points = explanation.curve.points;
  for (size_t i = 0; i < points.x.size() && points.x[i] <= place.rates.high; ++i) {
    const double x = place.x(points.x[i]), y = place.y(points.y[i]);
    if (std::abs(x - last_x) < 0.5 && std::abs(y - last_y) < 0.5) continue;
    last_x = x;
    last_y = y;
    shapes += svg::circle(
        points.x[i] < comparison.limit ? "in" : "out", x, y, 2.6,
        fmt::format("score {:.5g}: {:.4f}, {:.1f}", explanation.curve.thresholds[i], points.x[i], 100 * points.y[i]));
  }
  return shapes;
}

/// Bars of one histogram, heights by the logarithm of the count.
Markup bars(const std::vector<int64_t>& counts, const std::string& kind, double most) {
  Markup shapes;
  const double width = (kHistogramWidth - kRugLabel) / static_cast<double>(counts.size());
  for (size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0) continue;
    const double height = std::log10(1 + static_cast<double>(counts[i])) / most * kHistogramHeight;
    shapes +=
        svg::rectangle(kind, kRugLabel + static_cast<double>(i) * width, kHistogramHeight - height, width, height);
  }
  return shapes;
}

/// Where a score lies in the histogram.
double score_place(double score, const ScoreFacts& facts) {
  const double range = static_cast<double>(facts.highest) - facts.lowest;
  return kRugLabel + (range > 0 ? (score - facts.lowest) / range : 0) * (kHistogramWidth - kRugLabel);
}

/// A tick for each threshold; those on the same pixel are drawn once.
Markup rug(const Explanation& explanation, const ScoreFacts& facts, double top) {
  Markup shapes = svg::text("left", 0, top + 12, explanation.protocol);
  double last = -9;
  for (double threshold : explanation.curve.thresholds) {
    const double x = score_place(threshold, facts);
    if (std::abs(x - last) < 0.8) continue;
    last = x;
    shapes += vertical("rug", x, top + 2, top + kRugHeight - 4);
  }
  return shapes;
}

/// The logarithm of the largest count of both histograms.
double highest_bar(const ScoreFacts& facts) {
  int64_t largest = 1;
  for (const auto* histogram : {&facts.normal_histogram, &facts.anomalous_histogram})
    largest = std::max(largest, *std::max_element(histogram->begin(), histogram->end()));
  return std::log10(1 + static_cast<double>(largest));
}

}  // namespace

Markup pro_curve_plot(const ProComparison& comparison, const Explanation& explanation, double rate_end) {
  const CurvePlace place{{0, rate_end}};
  Markup shapes = frame(place) + exact_line(place, comparison.exact_curve);
  if (comparison.limit < rate_end) shapes += vertical("mark", place.x(comparison.limit), place.y(1), place.y(0));
  return svg::drawing("plot", fmt::format("per-region overlap of {} up to {:g}", explanation.protocol, rate_end),
                      kWidth, kHeight, shapes + sampled_points(place, comparison, explanation));
}

Markup score_histogram_plot(const ProComparison& comparison) {
  const ScoreFacts& facts = comparison.facts;
  if (facts.pixels == 0) return {};
  Markup rugs;
  double top = kHistogramHeight + 22;
  for (const Explanation& explanation : comparison.protocols)
    if (!explanation.curve.thresholds.empty()) {
      rugs += rug(explanation, facts, top);
      top += kRugHeight;
    }
  const double most = highest_bar(facts), below = kHistogramHeight + 14;
  Markup shapes = bars(facts.normal_histogram, "normal", most) + bars(facts.anomalous_histogram, "defect", most) +
                  svg::line("base", kRugLabel, kHistogramHeight, kHistogramWidth, kHistogramHeight);
  if (facts.highest > facts.lowest) shapes += vertical("mark", score_place(facts.score_at_limit, facts), 0, top);
  shapes += svg::text("left", kRugLabel, below, fmt::format("{:.5g}", facts.lowest)) +
            svg::text("right", kHistogramWidth, below, fmt::format("{:.5g}", facts.highest)) + rugs;
  return svg::drawing("plot", "histogram of scores with thresholds", kHistogramWidth, top + 2, shapes);
}

Markup step_bar(double before, double after, double low, double high) {
  constexpr double width = 180, height = 16;
  const double range = high > low ? high - low : 1;
  const auto x = [&](double value) { return (value - low) / range * (width - 2) + 1; };
  const double left = std::min(x(before), x(after)), size = std::max(1.0, std::abs(x(after) - x(before)));
  return svg::drawing(
      "", "", width, height,
      svg::line("base", 0, 8, width, 8) + svg::rectangle(after < before ? "down" : "up", left, 3, size, 10));
}

}  // namespace adrep
