#include "benchmarks/pretraining/pretrain_curves.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/drawing/axis.h"
#include "core/drawing/svg.h"

namespace adrep {
namespace {

using nlohmann::json;

/// Means of what falls into each point.
class Means {
 public:
  explicit Means(size_t points) : sums_(points), counts_(points) {}
  void add(size_t point, const json& value) {
    if (!value.is_number()) return;
    sums_[point] += value.get<double>();
    ++counts_[point];
  }
  EpochCurve curve() const {
    EpochCurve curve(sums_.size());
    for (size_t i = 0; i < sums_.size(); ++i)
      if (counts_[i] > 0) curve[i] = sums_[i] / static_cast<double>(counts_[i]);
    return curve;
  }

 private:
  std::vector<double> sums_;
  std::vector<int64_t> counts_;
};

const json& field(const json& entry, const char* name) {
  static const json absent;
  return entry.is_object() && entry.contains(name) ? entry[name] : absent;
}

json sum_of(const json& a, const json& b) {
  return a.is_number() && b.is_number() ? json(a.get<double>() + b.get<double>()) : json();
}

std::vector<json> entries_of(const std::filesystem::path& log) {
  std::ifstream in(log);
  if (!in) throw_input("{}: cannot be read", log.string());
  std::vector<json> entries;
  std::string line;
  while (std::getline(in, line))
    if (json entry = json::parse(line, nullptr, false); entry.is_object() && entry.contains("pass"))
      entries.push_back(std::move(entry));
  return entries;
}

/// One field of one level of all entries; `pick` finds the number in a level's entry.
template <class Pick>
EpochCurve level_curve(const std::vector<json>& entries, size_t level, size_t points, int64_t a_point,
                       const Pick& pick) {
  Means means(points);
  for (size_t i = 0; i < entries.size(); ++i) {
    const json& levels = field(entries[i], "levels");
    if (levels.is_array() && level < levels.size()) means.add(i / static_cast<size_t>(a_point), pick(levels[level]));
  }
  return means.curve();
}

Axis axis_of(const std::vector<PlottedCurve>& curves, bool of_losses) {
  Axis axis{std::numeric_limits<double>::max(), std::numeric_limits<double>::lowest()};
  for (const PlottedCurve& plotted : curves)
    for (const EpochCurve* curve : {&plotted.curve, &plotted.low, &plotted.high})
      for (const std::optional<double>& value : *curve)
        if (value) axis.low = std::min(axis.low, *value), axis.high = std::max(axis.high, *value);
  if (const auto wide = logarithmic_axis(axis.low, axis.high); of_losses && wide) return *wide;
  if (axis.low > 0 && axis.low < 0.7 * axis.high) axis.low = 0;
  if (axis.high - axis.low < 1e-9) axis.high = axis.low + std::max(1e-9, std::abs(axis.low));
  return axis;
}

constexpr double left_edge = 58, top = 26, curve_width = 290, plot_height = 150;

/// Where values lie in the drawing.
struct Place {
  Axis axis;
  size_t points;
  double x(size_t i) const {
    return left_edge + (points > 1 ? static_cast<double>(i) / static_cast<double>(points - 1) : 0.5) * curve_width;
  }
  double y(double value) const { return top + plot_height - axis.place(value) * plot_height; }
};

std::string classes_of(const std::string& shape, const PlottedCurve& plotted) {
  return plotted.kind.empty() ? shape : shape + " " + plotted.kind;
}

/// The runs of points without gaps; a single point becomes a short stroke.
svg::Path path_of(const EpochCurve& curve, const Place& place) {
  svg::Path path;
  bool open = false;
  for (size_t i = 0; i < curve.size(); ++i) {
    if (curve[i] && open) path.line_to(place.x(i), place.y(*curve[i]));
    if (curve[i] && !open) path.move_to(place.x(i), place.y(*curve[i])).across_by(0.5);
    open = curve[i].has_value();
  }
  return path;
}

/// There along the upper ends and back along the lower ones; a point alone becomes a bar.
svg::Path band_between(const PlottedCurve& plotted, size_t first, size_t end, const Place& place) {
  const double width = end == first + 1 ? 2 : 0;
  svg::Path path;
  path.move_to(place.x(first), place.y(*plotted.high[first]));
  for (size_t i = first + 1; i < end; ++i) path.line_to(place.x(i), place.y(*plotted.high[i]));
  path.across_by(width);
  for (size_t i = end; i-- > first;) path.line_to(place.x(i) + width, place.y(*plotted.low[i]));
  return path.across_by(-width).close();
}

/// The bands between gaps.
Markup bands_of(const PlottedCurve& plotted, const Place& place) {
  Markup shapes;
  for (size_t first = 0; first < plotted.low.size();) {
    size_t end = first;
    while (end < plotted.low.size() && plotted.low[end] && plotted.high[end]) ++end;
    if (end > first) shapes += svg::path(classes_of("band", plotted), band_between(plotted, first, end, place));
    first = end + 1;
  }
  return shapes;
}

Markup axes(const Place& place, int64_t passes) {
  const double right = left_edge + curve_width, below = top + plot_height + 16;
  Markup shapes;
  for (const double tick : place.axis.ticks(4))
    shapes += svg::grid_row(left_edge, right, place.y(tick),
                            std::abs(tick) >= 1000 ? fmt::format("{:.0f}", tick) : fmt::format("{:.3g}", tick));
  return shapes + svg::text("left", left_edge, below, "0") +
         svg::text("right", right, below, fmt::format("{} passes", passes));
}

}  // namespace

PretrainCurves read_pretrain_curves(const std::filesystem::path& log, int64_t points) {
  const std::vector<json> entries = entries_of(log);
  PretrainCurves curves;
  curves.passes = static_cast<int64_t>(entries.size());
  curves.passes_a_point = std::max<int64_t>(1, (curves.passes + points - 1) / points);
  const auto count = static_cast<size_t>((curves.passes + curves.passes_a_point - 1) / curves.passes_a_point);
  Means total(count);
  size_t levels = 0;
  for (size_t i = 0; i < entries.size(); ++i) {
    curves.skipped += entries[i].contains("skipped");
    total.add(i / static_cast<size_t>(curves.passes_a_point), field(entries[i], "total"));
    levels = std::max(levels, field(entries[i], "levels").size());
    const json& stages = field(entries[i], "seconds");
    for (const auto& [stage, seconds] : stages.items())
      if (seconds.is_number()) curves.seconds[stage] += seconds.get<double>();
  }
  curves.total = total.curve();
  for (size_t level = 0; level < levels; ++level) {
    const auto curve_of = [&](const auto& pick) {
      return level_curve(entries, level, count, curves.passes_a_point, pick);
    };
    LevelCurves found{curve_of([](const json& e) { return field(e, "angle"); }),
                      curve_of([](const json& e) { return sum_of(field(e, "norm1"), field(e, "norm2")); })};
    for (size_t q = 0; q < 3; ++q) {
      const auto radius = [q](const json& e, const char* name) {
        const json& radii = field(e, name);
        return radii.is_array() && q < radii.size() ? radii[q] : json();
      };
      found.normal_radii.push_back(curve_of([&](const json& e) { return radius(e, "normal_radii"); }));
      found.anomalous_radii.push_back(curve_of([&](const json& e) { return radius(e, "anomalous_radii"); }));
    }
    curves.levels.push_back(std::move(found));
  }
  return curves;
}

Markup curve_plot(const std::string& title, const std::vector<PlottedCurve>& curves, int64_t passes, bool of_losses) {
  size_t points = 0;
  bool drawn = false;
  for (const PlottedCurve& plotted : curves) {
    points = std::max(points, plotted.curve.size());
    drawn |= std::any_of(plotted.curve.begin(), plotted.curve.end(), [](const auto& v) { return v.has_value(); });
  }
  if (!drawn) return {};
  const Place place{axis_of(curves, of_losses), points};
  Markup shapes = svg::text("left", left_edge, 14, title) + axes(place, passes);
  for (const PlottedCurve& plotted : curves) shapes += bands_of(plotted, place);
  for (const PlottedCurve& plotted : curves)
    shapes += svg::path(classes_of("curve", plotted), path_of(plotted.curve, place), plotted.name);
  return svg::drawing("curves", title, left_edge + curve_width + 12, top + plot_height + 24, shapes);
}

}  // namespace adrep
