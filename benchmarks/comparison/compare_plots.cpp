#include "benchmarks/comparison/compare_plots.h"

#include "benchmarks/tables/table.h"
#include "core/base/text_layout.h"
#include "core/drawing/axis.h"
#include "core/drawing/svg.h"

namespace adrep {
namespace {

constexpr double label_character_width = 6.8;
constexpr double most_steps = 7.5;  // between the values at an axis

double text_width(const std::string& text) {
  return label_character_width * static_cast<double>(shown_width(text));
}

/// The axis of a critical-difference plot and where its parts lie.
struct RankAxis {
  double left = 0, width = 420, y = 56, ranks = 2;
  double x(double rank) const { return left + (rank - 1) / (ranks - 1) * width; }
};

Markup rank_axis(const RankAxis& axis, double critical_difference) {
  Markup shapes = svg::line("axis", axis.x(1), axis.y, axis.x(axis.ranks), axis.y);
  for (int rank = 1; rank <= static_cast<int>(axis.ranks); ++rank)
    shapes += svg::line("axis", axis.x(rank), axis.y - 6, axis.x(rank), axis.y) +
              svg::text("tick", axis.x(rank), axis.y - 10, fmt::format("{}", rank));
  const double end = axis.left + std::min(axis.width, critical_difference / (axis.ranks - 1) * axis.width);
  return shapes + svg::whisker("axis", axis.left, end, 20) +
         svg::text("tick", (axis.left + end) / 2, 12, fmt::format("critical difference {:.2f}", critical_difference));
}

/// One method: down from its rank, then to its name at the left or the right end.
Markup rank_label(const RankAxis& axis, const std::string& name, double rank, double y, bool at_left) {
  const double x = axis.x(rank), end = at_left ? axis.left - 8 : axis.left + axis.width + 8;
  return svg::path("axis", svg::Path().move_to(x, axis.y).down_to(y).across_to(end)) +
         svg::text(at_left ? "label" : "halo", at_left ? end - 5 : end + 5, y + 4,
                   fmt::format("{} {:.2f}", name, rank));
}

Axis cost_axis(const std::vector<CostPoint>& points) {
  double least = std::numeric_limits<double>::max(), most = 0;
  for (const CostPoint& point : points) {
    least = std::min(least, point.cost.value);
    most = std::max(most, point.cost.value);
  }
  return logarithmic_axis(least, most).value_or(Axis{0, most > 0 ? 1.05 * most : 1});
}

/// Accuracies in percent, with a margin.
Axis accuracy_axis(const std::vector<CostPoint>& points) {
  Axis axis{100, 0};
  for (const CostPoint& point : points) {
    axis.low = std::min(axis.low, 100 * point.accuracy.value);
    axis.high = std::max(axis.high, 100 * point.accuracy.value);
  }
  const double margin = std::max(0.1 * (axis.high - axis.low), 0.5);
  return {axis.low - margin, axis.high + margin};
}

/// Where costs and accuracies lie in the drawing.
struct ParetoPlace {
  Axis costs, accuracies;
  double left = 52, top = 12, width = 460, height = 300;
  double x(double cost) const { return left + costs.place(cost) * width; }
  double y(double accuracy) const { return top + (1 - accuracies.place(accuracy)) * height; }
};

Markup pareto_axes(const ParetoPlace& place, const Comparison& c) {
  const auto& [costs, accuracies, left, top, width, height] = place;
  Markup shapes;
  for (const double tick : accuracies.ticks(most_steps))
    shapes += svg::line("grid", left, place.y(tick), left + width, place.y(tick)) +
              svg::text("label", left - 8, place.y(tick) + 4, fmt::format("{:.4g}", tick));
  for (const double tick : costs.ticks(most_steps))
    shapes += svg::grid_column(place.x(tick), top, top + height, fmt::format("{:.3g}", tick));
  return shapes +
         svg::text("tick", left + width / 2, top + height + 36,
                   c.settings.cost + (costs.logarithmic ? " (logarithmic)" : "")) +
         svg::text("halo", left + 4, top + 10, heading_of(c.settings.metric));
}

/// Those with both values, the cheapest first.
std::vector<CostPoint> by_cost(const std::vector<CostPoint>& all) {
  std::vector<CostPoint> points;
  for (const CostPoint& point : all)
    if (point.accuracy.defined() && point.cost.defined()) points.push_back(point);
  std::stable_sort(points.begin(), points.end(),
                   [](const CostPoint& a, const CostPoint& b) { return a.cost.value < b.cost.value; });
  return points;
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

Markup critical_difference_plot(const Comparison& c) {
  const RankComparison& ranks = c.ranks;
  if (!ranks.critical_difference.defined()) return {};
  const std::vector<size_t> order = by_mean_rank(ranks);
  double label_width = 0;
  for (const std::string& name : c.methods) label_width = std::max(label_width, text_width(name + " 0.00") + 20);
  const RankAxis axis{.left = label_width, .ranks = static_cast<double>(c.methods.size())};
  const double labels_top = axis.y + 22 + 9 * static_cast<double>(ranks.alike.size());
  const size_t at_left = (order.size() + 1) / 2;
  Markup shapes = rank_axis(axis, ranks.critical_difference.value);
  for (size_t i = 0; i < order.size(); ++i) {
    const size_t row = i < at_left ? i : order.size() - 1 - i;
    shapes += rank_label(axis, c.methods[order[i]], ranks.mean_ranks[order[i]],
                         labels_top + 22 * static_cast<double>(row), i < at_left);
  }
  for (size_t s = 0; s < ranks.alike.size(); ++s) {
    const double y = axis.y + 12 + 9 * static_cast<double>(s);
    shapes += svg::line("alike", axis.x(ranks.mean_ranks[ranks.alike[s].front()]) - 4, y,
                        axis.x(ranks.mean_ranks[ranks.alike[s].back()]) + 4, y);
  }
  return svg::drawing("plot", "critical-difference plot", 2 * label_width + axis.width,
                      labels_top + 22 * static_cast<double>(at_left), shapes);
}

Markup pareto_plot(const Comparison& c) {
  if (!c.no_front.empty()) return {};
  const std::vector<CostPoint> points = by_cost(c.costs);
  double label_width = 0;
  for (const CostPoint& point : points) label_width = std::max(label_width, text_width(c.methods[point.method]) + 20);
  const ParetoPlace place{cost_axis(points), accuracy_axis(points)};
  Markup shapes = pareto_axes(place, c);
  svg::Path front;
  std::vector<std::pair<double, double>> dots;
  for (const CostPoint& point : points) {
    const auto [x, y] = dots.emplace_back(place.x(point.cost.value), place.y(100 * point.accuracy.value));
    if (point.on_front) front.join(x, y);
  }
  shapes += svg::path("front", front);
  const std::vector<double> heights = label_heights(dots, label_width);
  for (size_t i = 0; i < points.size(); ++i) {
    const std::string& name = c.methods[points[i].method];
    shapes +=
        svg::circle(points[i].on_front ? "chosen" : "other", dots[i].first, dots[i].second, 5,
                    fmt::format("{}: {:.1f}, {:.4g}", name, 100 * points[i].accuracy.value, points[i].cost.value)) +
        svg::text(points[i].on_front ? "halo strong" : "halo", dots[i].first + 10, heights[i] + 4, name);
  }
  return svg::drawing("plot", "accuracy against cost", place.left + place.width + label_width,
                      place.top + place.height + 46, shapes);
}

Markup interval_plot(const Interval& interval, double from, double to) {
  if (!interval.estimate.defined() || !interval.low.defined()) return {};
  const double width = 200, height = 18;
  const Axis axis{from, to};
  const auto x = [&](double value) { return 6 + axis.place(value) * (width - 12); };
  Markup shapes = svg::line("grid", x(from), 9, x(to), 9);
  if (from < 0 && to > 0) shapes += svg::line("axis", x(0), 2, x(0), 16);
  shapes += svg::whisker("spread raw", x(interval.low.value), x(interval.high.value), 9) +
            svg::circle("raw", x(interval.estimate.value), 9, 4);
  return svg::drawing("plot", "interval", width, height, shapes);
}

}  // namespace adrep
