#include "benchmarks/map_evaluation/explain_plots.h"

#include <cmath>

#include "benchmarks/pages/report_plots.h"

namespace adrep {

const char* const explain_style = R"(
svg .exact { fill: none; stroke: var(--quiet); stroke-width: 1.6; } svg .frame { fill: none; stroke: var(--line); }
svg .mark { stroke: var(--text); stroke-dasharray: 3 3; opacity: .6; } svg .left { text-anchor: start; fill: var(--quiet); } svg .right { text-anchor: end; fill: var(--quiet); }
svg circle.in { fill: var(--derived); } svg circle.out { fill: none; stroke: var(--derived); opacity: .55; }
svg .normal { fill: var(--good); opacity: .55; } svg .defect { fill: var(--bad); opacity: .55; } svg .rug { stroke: var(--derived); opacity: .8; }
svg rect.up { fill: var(--good); } svg rect.down { fill: var(--bad); } svg .base { stroke: var(--line); }
td.words { white-space: normal; min-width: 200px; max-width: 420px; color: var(--quiet); }
.matrix td:first-child { color: var(--quiet); white-space: normal; min-width: 110px; padding-left: 0; } .matrix tr.sum td { border-top: 2px solid var(--line); font-weight: 600; }
td.none { color: var(--quiet); opacity: .7; }
.lead { color: var(--text); max-width: 85ch; } ul.beware li { max-width: 85ch; margin: 6px 0; } figure { margin: 8px 0; } .plots figure { max-width: 400px; } figcaption { color: var(--quiet); font-size: 13px; }
)";

namespace {

constexpr double kWidth = 400, kHeight = 250, kLeft = 36, kTop = 8, kRight = 10, kBottom = 36;
constexpr double kHistogramWidth = 760, kHistogramHeight = 170, kRugHeight = 18, kRugLabel = 100;

/// Ticks of an axis from 0 to `end`: round steps, three to seven of them.
double tick_step(double end) {
  const double power = std::pow(10, std::floor(std::log10(end)));
  for (double factor : {0.1, 0.2, 0.5, 1.0})
    if (end / (factor * power) <= 6.01) return factor * power;
  return power;
}

struct Axes {
  double rate_end;
  double x(double rate) const { return kLeft + rate / rate_end * (kWidth - kLeft - kRight); }
  double y(double coverage) const { return kTop + (1 - coverage) * (kHeight - kTop - kBottom); }
};

std::string vertical(const char* css, double x, double top, double bottom) {
  return fmt::format("<line class={0} x1={1:.1f} x2={1:.1f} y1={2:.1f} y2={3:.1f}></line>", css, x, top, bottom);
}

std::string frame(const Axes& axes) {
  std::string svg;
  for (double tick = 0; tick <= axes.rate_end * 1.0001; tick += tick_step(axes.rate_end))
    svg += vertical("grid", axes.x(tick), axes.y(1), axes.y(0)) +
           fmt::format("<text class=tick x={:.1f} y={:.1f}>{:.3g}</text>", axes.x(tick), axes.y(0) + 14, tick);
  for (double tick : {0.0, 0.25, 0.5, 0.75, 1.0})
    svg += fmt::format("<line class=grid x1={:.1f} x2={:.1f} y1={:.1f} y2={:.1f}></line>", axes.x(0),
                       axes.x(axes.rate_end), axes.y(tick), axes.y(tick)) +
           fmt::format("<text class=right x={:.1f} y={:.1f}>{:g}</text>", kLeft - 5, axes.y(tick) + 4, 100 * tick);
  return svg + fmt::format("<text class=tick x={:.1f} y={:.1f}>false-positive rate</text>",
                           (axes.x(0) + axes.x(axes.rate_end)) / 2, kHeight - 6);
}

std::string exact_line(const Axes& axes, const Curve& exact) {
  const Curve shown = cut_at(exact, axes.rate_end);
  std::string points;
  for (size_t i = 0; i < shown.x.size(); ++i)
    points += fmt::format("{:.1f},{:.1f} ", axes.x(shown.x[i]), axes.y(shown.y[i]));
  return "<polyline class=exact points=\"" + points + "\"></polyline>";
}

/// A point less than half a pixel from the one before is not drawn.
std::string sampled_points(const Axes& axes, const ProComparison& comparison, const Explanation& explanation) {
  std::string svg;
  double last_x = -9, last_y = -9;
  const Curve& points = explanation.curve.points;
  for (size_t i = 0; i < points.x.size() && points.x[i] <= axes.rate_end; ++i) {
    const double x = axes.x(points.x[i]), y = axes.y(points.y[i]);
    if (std::abs(x - last_x) < 0.5 && std::abs(y - last_y) < 0.5) continue;
    last_x = x;
    last_y = y;
    svg +=
        fmt::format("<circle class={} cx={:.1f} cy={:.1f} r=2.6><title>score {:.5g}: {:.4f}, {:.1f}</title></circle>",
                    points.x[i] < comparison.limit ? "in" : "out", x, y, explanation.curve.thresholds[i], points.x[i],
                    100 * points.y[i]);
  }
  return svg;
}

/// Bars of one histogram, heights by the logarithm of the count.
std::string bars(const std::vector<int64_t>& counts, const char* css, double most) {
  std::string svg;
  const double width = (kHistogramWidth - kRugLabel) / static_cast<double>(counts.size());
  for (size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0) continue;
    const double height = std::log10(1 + static_cast<double>(counts[i])) / most * kHistogramHeight;
    svg += fmt::format("<rect class={} x={:.2f} y={:.1f} width={:.2f} height={:.1f}></rect>", css,
                       kRugLabel + static_cast<double>(i) * width, kHistogramHeight - height, width, height);
  }
  return svg;
}

/// A tick for each threshold; those on the same pixel are drawn once.
std::string rug(const Explanation& explanation, const ScoreFacts& facts, double top) {
  std::string svg = fmt::format("<text class=left x=0 y={:.1f}>{}</text>", top + 12, html_text(explanation.protocol));
  const double range = static_cast<double>(facts.highest) - facts.lowest;
  double last = -9;
  for (double threshold : explanation.curve.thresholds) {
    const double x = kRugLabel + (range > 0 ? (threshold - facts.lowest) / range : 0) * (kHistogramWidth - kRugLabel);
    if (std::abs(x - last) < 0.8) continue;
    last = x;
    svg += vertical("rug", x, top + 2, top + kRugHeight - 4);
  }
  return svg;
}

}  // namespace

std::string pro_curve_plot(const ProComparison& comparison, const Explanation& explanation, double rate_end) {
  const Axes axes{rate_end};
  std::string svg = fmt::format(
      "<svg class=plot role=img aria-label=\"per-region overlap of {0} up to {1:g}\" viewBox=\"0 0 {2} {3}\" width={2} "
      "height={3}>",
      html_text(explanation.protocol), rate_end, kWidth, kHeight);
  svg += frame(axes) + exact_line(axes, comparison.exact_curve);
  if (comparison.limit < rate_end) svg += vertical("mark", axes.x(comparison.limit), axes.y(1), axes.y(0));
  return svg + sampled_points(axes, comparison, explanation) + "</svg>";
}

std::string score_histogram_plot(const ProComparison& comparison) {
  const ScoreFacts& facts = comparison.facts;
  if (facts.pixels == 0) return "";
  int64_t largest = 1;
  for (const auto* histogram : {&facts.normal_histogram, &facts.anomalous_histogram})
    largest = std::max(largest, *std::max_element(histogram->begin(), histogram->end()));
  const double most = std::log10(1 + static_cast<double>(largest));
  std::string rugs;
  double top = kHistogramHeight + 22;
  for (const Explanation& explanation : comparison.protocols)
    if (!explanation.curve.thresholds.empty()) {
      rugs += rug(explanation, facts, top);
      top += kRugHeight;
    }
  std::string svg = fmt::format(
      "<svg class=plot role=img aria-label=\"histogram of scores with thresholds\" viewBox=\"0 0 {0} {1:.0f}\" "
      "width={0} height={1:.0f}>",
      kHistogramWidth, top + 2);
  svg += bars(facts.normal_histogram, "normal", most) + bars(facts.anomalous_histogram, "defect", most);
  svg += fmt::format("<line class=base x1={} x2={} y1={} y2={}></line>", kRugLabel, kHistogramWidth, kHistogramHeight,
                     kHistogramHeight);
  const double range = static_cast<double>(facts.highest) - facts.lowest;
  if (range > 0)
    svg += vertical(
        "mark",
        kRugLabel + (facts.score_at_limit - static_cast<double>(facts.lowest)) / range * (kHistogramWidth - kRugLabel),
        0, top);
  svg += fmt::format("<text class=left x={} y={}>{:.5g}</text><text class=right x={} y={}>{:.5g}</text>", kRugLabel,
                     kHistogramHeight + 14, facts.lowest, kHistogramWidth, kHistogramHeight + 14, facts.highest);
  return svg + rugs + "</svg>";
}

std::string step_bar(double before, double after, double low, double high) {
  constexpr double width = 180, height = 16;
  const double range = high > low ? high - low : 1;
  const auto x = [&](double value) { return (value - low) / range * (width - 2) + 1; };
  const double left = std::min(x(before), x(after)), size = std::max(1.0, std::abs(x(after) - x(before)));
  return fmt::format(
      "<svg width={0} height={1} viewBox=\"0 0 {0} {1}\" aria-hidden=true><line class=base x1=0 x2={0} y1=8 "
      "y2=8></line>"
      "<rect class={2} x={3:.1f} y=3 width={4:.1f} height=10></rect></svg>",
      width, height, after < before ? "down" : "up", left, size);
}

}  // namespace adrep
