#include "benchmarks/pages/report_plots.h"

#include <set>

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

/// A deviation as a line with ends, or nothing where it is too short to be seen.
std::string whisker(double from, double to, double y, const std::string& feature_class) {
  if (to - from < 1) return "";
  return fmt::format(
      "<path class=\"spread {0}\" d=\"M{1:.1f} {2:.1f}H{3:.1f}M{1:.1f} {4:.1f}v8M{3:.1f} {4:.1f}v8\"></path>",
      feature_class, from, y, to, y - 4);
}

}  // namespace

std::string html_text(const std::string& text) {
  std::string safe;
  for (char c : text) {
    switch (c) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '"':
        safe += "&quot;";
        break;
      case '\'':
        safe += "&#39;";
        break;
      default:
        safe += c;
    }
  }
  return safe;
}

std::string metric_plot(const Table& table, size_t column) {
  std::vector<std::pair<std::string, Dots>> lines;
  std::map<std::string, size_t> line_of;
  for (const TableRow& row : table.rows) {
    if (!row.values[column].defined()) continue;
    const std::string name = row.class_name + " · " + row.detector + (row.variant.empty() ? "" : " · " + row.variant);
    const auto [place, added] = line_of.emplace(name, lines.size());
    if (added) lines.push_back({name, {}});
    lines[place->second].second.push_back(
        {row.features, 100 * row.values[column].value, 100 * deviation_of(row, column)});
  }
  if (lines.size() < 2) return "";
  size_t longest = 0;
  for (const auto& [name, dots] : lines) longest = std::max(longest, name.size());
  const double label_width = character_width * static_cast<double>(longest) + 10;
  const double start = axis_start(lines), height = row_height * static_cast<double>(lines.size()) + 26;
  const auto x = [&](double value) { return label_width + (value - start) / (100 - start) * plot_width; };
  std::string svg = fmt::format("<svg class=plot role=img aria-label=\"{}\" viewBox=\"0 0 {} {}\" width={} height={}>",
                                html_text(table.headings[column]), label_width + plot_width + 30, height,
                                label_width + plot_width + 30, height);
  for (double tick = start; tick <= 100; tick += start < 50 ? 20 : 10)
    svg += fmt::format(
        "<line class=grid x1={0:.1f} x2={0:.1f} y1=4 y2={1}></line><text class=tick x={0:.1f} y={2}>{3}</text>",
        x(tick), height - 20, height - 5, tick);
  double y = row_height * 0.75;
  for (const auto& [name, dots] : lines) {
    svg += fmt::format("<text class=label x={} y={:.1f}>{}</text>", label_width - 10, y + 4, html_text(name));
    for (size_t i = 1; i < dots.size(); ++i)
      svg += fmt::format("<line class=join x1={:.1f} x2={:.1f} y1={:.1f} y2={:.1f}></line>", x(dots[i - 1].value),
                         x(dots[i].value), y, y);
    for (const Dot& dot : dots)
      svg += whisker(x(std::max(dot.value - dot.deviation, start)), x(std::min(dot.value + dot.deviation, 100.0)), y,
                     feature_class(dot.features)) +
             fmt::format("<circle class={} cx={:.1f} cy={:.1f} r=5><title>{} {}: {:.1f}{}</title></circle>",
                         feature_class(dot.features), x(dot.value), y, html_text(name), html_text(dot.features),
                         dot.value, dot.deviation > 0 ? fmt::format(" ± {:.1f}", dot.deviation) : "");
    y += row_height;
  }
  return svg + "</svg>";
}

std::string score_strip(const Cell& cell) {
  if (cell.scores.empty()) return "";
  double low = cell.scores[0].score, high = low;
  for (const ImageScore& score : cell.scores) low = std::min(low, score.score), high = std::max(high, score.score);
  const double range = high > low ? high - low : 1, width = 300;
  std::string svg = fmt::format(
      "<svg class=strip role=img aria-label=\"image scores\" viewBox=\"0 0 {0} 34\" width={0} height=34><line "
      "class=grid x1=0 x2={0} y1=17 y2=17></line>",
      width);
  for (const ImageScore& score : cell.scores)
    svg += fmt::format("<line class={0} x1={1:.1f} x2={1:.1f} y1={2} y2={3}><title>{4} {5:.4g}</title></line>",
                       score.anomalous ? "bad" : "good", 1 + (score.score - low) / range * (width - 2),
                       score.anomalous ? 19 : 3, score.anomalous ? 31 : 15, html_text(score.id), score.score);
  return svg + "</svg>";
}

}  // namespace adrep
