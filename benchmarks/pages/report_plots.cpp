#include "benchmarks/pages/report_plots.h"

#include "core/drawing/axis.h"
#include "core/drawing/svg.h"

namespace adrep {
namespace {

constexpr double plot_width = 300, row_height = 22, character_width = 6.6;

/// Dots of one plot line, one for each kind of features.
struct Dot {
  std::string features;
  double value = 0, deviation = 0;  ///< in percent; 0 without several seeds
};
using Dots = std::vector<Dot>;

/// The lower end of the axis: a round number below every value, so that ticks end at 100.
double axis_start(const std::vector<std::pair<std::string, Dots>>& lines) {
  double low = 100;
  for (const auto& [name, dots] : lines)
    for (const Dot& dot : dots) low = std::min(low, dot.value - dot.deviation);
  const double step = low < 51 ? 20 : 10;
  return std::clamp(std::floor((low - 1) / step) * step, 0.0, 90.0);
}

std::string feature_class(const std::string& features) {
  return features == "raw" ? "raw" : "derived";
}

double deviation_of(const TableRow& row, size_t column) {
  return row.over_seeds.empty() ? 0 : row.over_seeds[column].deviation.value;
}

/// A value, with its deviation where that is long enough to be seen.
template <class Place>
Markup dot_of(const Dot& dot, const std::string& name, const Axis& axis, const Place& x, double y) {
  Markup shapes;
  const double from = x(std::max(dot.value - dot.deviation, axis.low)),
               to = x(std::min(dot.value + dot.deviation, 100.0));
  if (to - from >= 1) shapes += svg::whisker("spread " + feature_class(dot.features), from, to, y);
  const std::string title = fmt::format("{} {}: {:.1f}{}", name, dot.features, dot.value,
                                        dot.deviation > 0 ? fmt::format(" ± {:.1f}", dot.deviation) : "");
  return shapes + svg::circle(feature_class(dot.features), x(dot.value), y, 5, title);
}

}  // namespace

Markup metric_plot(const Table& table, size_t column) {
  std::vector<std::pair<std::string, Dots>> lines;
  std::map<std::string, size_t> line_of;
  for (const TableRow& row : table.rows) {
    if (!row.values[column].defined()) continue;
    const std::string of_data = table.several_data_sets() ? row.data_set + " · " : "";
    const std::string name =
        of_data + row.class_name + " · " + row.detector + (row.variant.empty() ? "" : " · " + row.variant);
    const auto [place, added] = line_of.emplace(name, lines.size());
    if (added) lines.push_back({name, {}});
    lines[place->second].second.push_back(
        {row.features, 100 * row.values[column].value, 100 * deviation_of(row, column)});
  }
  if (lines.size() < 2) return {};
  size_t longest = 0;
  for (const auto& [name, dots] : lines) longest = std::max(longest, name.size());
  const double label_width = character_width * static_cast<double>(longest) + 10;
  const double height = row_height * static_cast<double>(lines.size()) + 26;
  const Axis axis{axis_start(lines), 100};
  const auto x = [&](double value) { return label_width + axis.place(value) * plot_width; };
  Markup shapes;
  for (const double tick : multiples(axis.low, 100, axis.low < 50 ? 20 : 10))
    shapes += svg::grid_column(x(tick), 4, height - 20, fmt::format("{}", tick));
  double y = row_height * 0.75;
  for (const auto& [name, dots] : lines) {
    shapes += svg::text("label", label_width - 10, y + 4, name);
    for (size_t i = 1; i < dots.size(); ++i) shapes += svg::line("join", x(dots[i - 1].value), y, x(dots[i].value), y);
    for (const Dot& dot : dots) shapes += dot_of(dot, name, axis, x, y);
    y += row_height;
  }
  return svg::drawing("plot", table.headings[column], label_width + plot_width + 30, height, shapes);
}

Markup score_strip(const Cell& cell) {
  if (cell.scores.empty()) return {};
  double low = cell.scores[0].score, high = low;
  for (const ImageScore& score : cell.scores) low = std::min(low, score.score), high = std::max(high, score.score);
  const double range = high > low ? high - low : 1, width = 300;
  Markup shapes = svg::line("grid", 0, 17, width, 17);
  for (const ImageScore& score : cell.scores) {
    const double x = 1 + (score.score - low) / range * (width - 2), top = score.anomalous ? 19 : 3;
    shapes += svg::line(score.anomalous ? "bad" : "good", x, top, x, top + 12,
                        fmt::format("{} {:.4g}", score.id, score.score));
  }
  return svg::drawing("strip", "image scores", width, 34, shapes);
}

}  // namespace adrep
