#include "benchmarks/comparison/compare_plots.h"

#include "benchmarks/pages/report_plots.h"
#include "benchmarks/tables/table.h"
#include "core/base/text_layout.h"

namespace adrep {
namespace {

constexpr double label_character_width = 6.8;

double text_width(const std::string& text) {
  return label_character_width * static_cast<double>(shown_width(text));
}

std::string open_svg(const std::string& label, double width, double height) {
  return fmt::format(
      "<svg class=plot role=img aria-label=\"{}\" viewBox=\"0 0 {:.0f} {:.0f}\" width={:.0f} height={:.0f}>",
      html_text(label), width, height, width, height);
}

std::string line(const std::string& kind, double x1, double y1, double x2, double y2) {
  return fmt::format("<line class={} x1={:.1f} y1={:.1f} x2={:.1f} y2={:.1f}></line>", kind, x1, y1, x2, y2);
}

std::string text(const std::string& kind, double x, double y, const std::string& written) {
  return fmt::format("<text class={} x={:.1f} y={:.1f}>{}</text>", kind, x, y, html_text(written));
}

/// The axis of a critical-difference plot and where its parts lie.
struct RankAxis {
  double left = 0, width = 420, y = 56, ranks = 2;
  double x(double rank) const { return left + (rank - 1) / (ranks - 1) * width; }
};

std::string rank_axis(const RankAxis& axis, double critical_difference) {
  std::string svg = line("axis", axis.x(1), axis.y, axis.x(axis.ranks), axis.y);
  for (int rank = 1; rank <= static_cast<int>(axis.ranks); ++rank)
    svg += line("axis", axis.x(rank), axis.y - 6, axis.x(rank), axis.y) +
           text("tick", axis.x(rank), axis.y - 10, fmt::format("{}", rank));
  const double end = axis.left + std::min(axis.width, critical_difference / (axis.ranks - 1) * axis.width);
  return svg + line("axis", axis.left, 20, end, 20) + line("axis", axis.left, 16, axis.left, 24) +
         line("axis", end, 16, end, 24) +
         text("tick", (axis.left + end) / 2, 12, fmt::format("critical difference {:.2f}", critical_difference));
}

/// One method: down from its rank, then to its name at the left or the right end.
std::string rank_label(const RankAxis& axis, const std::string& name, double rank, double y, bool at_left) {
  const double x = axis.x(rank), end = at_left ? axis.left - 8 : axis.left + axis.width + 8;
  return fmt::format("<path class=axis d=\"M{:.1f} {:.1f}V{:.1f}H{:.1f}\"></path>", x, axis.y, y, end) +
         text(at_left ? "label" : "begin", at_left ? end - 5 : end + 5, y + 4, fmt::format("{} {:.2f}", name, rank));
}

/// A position between 0 and 1 on an axis that is linear or logarithmic.
struct CostAxis {
  double low = 0, high = 1;
  bool logarithmic = false;
  double place(double value) const {
    if (!logarithmic) return high > low ? (value - low) / (high - low) : 0.5;
    return (std::log10(value) - std::log10(low)) / (std::log10(high) - std::log10(low));
  }
};

CostAxis cost_axis(const std::vector<CostPoint>& points) {
  double least = std::numeric_limits<double>::max(), most = 0;
  for (const CostPoint& point : points) {
    least = std::min(least, point.cost.value);
    most = std::max(most, point.cost.value);
  }
  if (least > 0 && most > 20 * least)
    return {std::pow(10, std::floor(std::log10(least))), std::pow(10, std::ceil(std::log10(most))), true};
  return {0, most > 0 ? 1.05 * most : 1, false};
}

/// Values with a short text: powers of ten, or 1, 2 or 5 times one.
std::vector<double> ticks(double low, double high, bool logarithmic) {
  std::vector<double> values;
  if (logarithmic) {
    for (double value = low; value <= high * 1.001; value *= 10) values.push_back(value);
    return values;
  }
  const double rough = (high - low) / 5, power = std::pow(10, std::floor(std::log10(rough)));
  const double step = power * (rough / power < 1.5 ? 1 : rough / power < 3.5 ? 2 : rough / power < 7.5 ? 5 : 10);
  for (double i = std::ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; ++i) values.push_back(i * step);
  return values;
}

/// Where the names stand beside their dots: moved down where they would cover another one.
std::vector<double> label_heights(const std::vector<std::pair<double, double>>& dots, double reach) {
  std::vector<size_t> order(dots.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return dots[a].second < dots[b].second; });
  std::vector<double> heights(dots.size());
  std::vector<size_t> placed;
  for (const size_t i : order) {
    heights[i] = dots[i].second;
    for (const size_t other : placed)
      if (std::abs(dots[i].first - dots[other].first) < reach && heights[i] - heights[other] < 14)
        heights[i] = std::max(heights[i], heights[other] + 14);
    placed.push_back(i);
  }
  return heights;
}

}  // namespace

std::string critical_difference_plot(const Comparison& c) {
  const RankComparison& ranks = c.ranks;
  if (!ranks.critical_difference.defined()) return "";
  const std::vector<size_t> order = by_mean_rank(ranks);
  double label_width = 0;
  for (const std::string& name : c.methods) label_width = std::max(label_width, text_width(name + " 0.00") + 20);
  const RankAxis axis{.left = label_width, .ranks = static_cast<double>(c.methods.size())};
  const double labels_top = axis.y + 22 + 9 * static_cast<double>(ranks.alike.size());
  const size_t at_left = (order.size() + 1) / 2;
  std::string svg = open_svg("critical-difference plot", 2 * label_width + axis.width,
                             labels_top + 22 * static_cast<double>(at_left)) +
                    rank_axis(axis, ranks.critical_difference.value);
  for (size_t i = 0; i < order.size(); ++i) {
    const size_t row = i < at_left ? i : order.size() - 1 - i;
    svg += rank_label(axis, c.methods[order[i]], ranks.mean_ranks[order[i]], labels_top + 22 * static_cast<double>(row),
                      i < at_left);
  }
  for (size_t s = 0; s < ranks.alike.size(); ++s) {
    const double y = axis.y + 12 + 9 * static_cast<double>(s);
    svg += line("alike", axis.x(ranks.mean_ranks[ranks.alike[s].front()]) - 4, y,
                axis.x(ranks.mean_ranks[ranks.alike[s].back()]) + 4, y);
  }
  return svg + "</svg>";
}

std::string pareto_plot(const Comparison& c) {
  if (!c.no_front.empty()) return "";
  std::vector<CostPoint> points;
  for (const CostPoint& point : c.costs)
    if (point.accuracy.defined() && point.cost.defined()) points.push_back(point);
  std::stable_sort(points.begin(), points.end(),
                   [](const CostPoint& a, const CostPoint& b) { return a.cost.value < b.cost.value; });
  double label_width = 0, low = 100, high = 0;
  for (const CostPoint& point : points) {
    label_width = std::max(label_width, text_width(c.methods[point.method]) + 20);
    low = std::min(low, 100 * point.accuracy.value);
    high = std::max(high, 100 * point.accuracy.value);
  }
  const double margin = std::max(0.1 * (high - low), 0.5), width = 460, height = 300, left = 52, top = 12;
  low -= margin, high += margin;
  const CostAxis axis = cost_axis(points);
  const auto x = [&](double cost) { return left + axis.place(cost) * width; };
  const auto y = [&](double accuracy) { return top + (high - accuracy) / (high - low) * height; };
  std::string svg = open_svg("accuracy against cost", left + width + label_width, top + height + 46);
  for (const double tick : ticks(low, high, false))
    svg += line("grid", left, y(tick), left + width, y(tick)) +
           text("label", left - 8, y(tick) + 4, fmt::format("{:.4g}", tick));
  for (const double tick : ticks(axis.low, axis.high, axis.logarithmic))
    svg += line("grid", x(tick), top, x(tick), top + height) +
           text("tick", x(tick), top + height + 16, fmt::format("{:.3g}", tick));
  svg +=
      text("tick", left + width / 2, top + height + 36, c.settings.cost + (axis.logarithmic ? " (logarithmic)" : ""));
  svg += text("begin", left + 4, top + 10, heading_of(c.settings.metric));
  std::string front;
  std::vector<std::pair<double, double>> dots;
  for (const CostPoint& point : points) {
    dots.emplace_back(x(point.cost.value), y(100 * point.accuracy.value));
    if (point.on_front)
      front += fmt::format("{}{:.1f} {:.1f}", front.empty() ? "M" : "L", dots.back().first, dots.back().second);
  }
  svg += "<path class=front d=\"" + front + "\"></path>";
  const std::vector<double> heights = label_heights(dots, label_width);
  for (size_t i = 0; i < points.size(); ++i)
    svg += fmt::format("<circle class={} cx={:.1f} cy={:.1f} r=5><title>{}: {:.1f}, {:.4g}</title></circle>",
                       points[i].on_front ? "chosen" : "other", dots[i].first, dots[i].second,
                       html_text(c.methods[points[i].method]), 100 * points[i].accuracy.value, points[i].cost.value) +
           text(points[i].on_front ? "\"begin strong\"" : "begin", dots[i].first + 10, heights[i] + 4,
                c.methods[points[i].method]);
  return svg + "</svg>";
}

std::string interval_plot(const Interval& interval, double from, double to) {
  if (!interval.estimate.defined() || !interval.low.defined()) return "";
  const double width = 200, height = 18;
  const auto x = [&](double value) { return 6 + (value - from) / (to - from) * (width - 12); };
  std::string svg = open_svg("interval", width, height) + line("grid", x(from), 9, x(to), 9);
  if (from < 0 && to > 0) svg += line("axis", x(0), 2, x(0), 16);
  return svg +
         fmt::format(
             "<path class=\"spread raw\" d=\"M{0:.1f} 9H{1:.1f}M{0:.1f} 5v8M{1:.1f} 5v8\"></path><circle class=raw "
             "cx={2:.1f} cy=9 r=4></circle></svg>",
             x(interval.low.value), x(interval.high.value), x(interval.estimate.value));
}

}  // namespace adrep
