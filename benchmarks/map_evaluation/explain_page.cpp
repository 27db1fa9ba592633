#include "benchmarks/map_evaluation/explain_page.h"

#include "benchmarks/map_evaluation/explain_plots.h"
#include "benchmarks/map_evaluation/explain_text.h"
#include "benchmarks/tables/table.h"
#include "core/base/version.h"
#include "core/drawing/page.h"
#include "core/drawing/page_table.h"
#include "core/metrics/score_dangers.h"

namespace adrep {
namespace {

/// A minus sign that is as wide as a plus.
std::string with_minus(std::string text) {
  if (text.starts_with('-')) text.replace(0, 1, "−");
  return text;
}

/// A cell of numbers; what is zero or left out is set back.
html::TableCell number_cell(const std::string& text) {
  return {with_minus(text), text == "0.00" || text == "·" ? "none" : ""};
}

/// The names of the rows of step_matrix as a reader meets them.
std::string row_name(const std::string& name, const ProComparison& comparison) {
  if (name == "exact") return fmt::format("exact PRO to {:g}", comparison.limit);
  if (name == "protocol") return "PRO of the protocol";
  if (name == "by ranks") return "the same with every score replaced by its rank";
  if (name == "4-connected") return "the same with regions 4-connected";
  return name;
}

Markup matrix_section(const ProComparison& comparison) {
  const auto lines = step_matrix(comparison);
  std::vector<html::TableColumn> columns = {{""}};
  for (size_t c = 1; c < lines[0].size(); ++c) columns.push_back({lines[0][c], true});
  html::PageTable table(std::move(columns), "matrix");
  for (size_t l = 1; l < lines.size(); ++l) {
    std::vector<html::TableCell> cells = {row_name(lines[l][0], comparison)};
    for (size_t c = 1; c < lines[l].size(); ++c) cells.push_back(number_cell(lines[l][c]));
    table.row(cells, lines[l][0] == "exact" || lines[l][0] == "protocol" ? "sum" : "");
  }
  return html::section(
      "Which step makes the difference",
      html::paragraph("Each column starts at the exact PRO and changes one rule after another until it is the "
                      "protocol's; a step is counted with those above it taken. In another order the same sum would be "
                      "shared out differently. Percent; · where a protocol does as exact does.") +
          table.markup());
}

Markup dangers_section(const ProComparison& comparison) {
  std::vector<std::string> texts;
  for (const Danger& danger : dangers_of(comparison)) texts.push_back(danger.text);
  return texts.empty() ? Markup() : html::section("Beware", html::list(texts, "beware"));
}

Markup scores_section(const ProComparison& comparison) {
  const ScoreFacts& facts = comparison.facts;
  const Markup plot = score_histogram_plot(comparison);
  if (plot.empty()) return {};
  std::string caption;
  if (facts.normal_pixels > 0)
    caption = fmt::format(
        "Dashed: {:.5g}, the score that {:g} % of the normal pixels reach. Only thresholds to its right "
        "count for PRO. {:.0f} % of the score range lies there, {:.0f} % above 99.9 % of all pixels.",
        facts.score_at_limit, 100 * comparison.limit, 100 * facts.above_limit, 100 * facts.above_bulk);
  const Markup colours =
      html::key({{"good", "normal"}, {"bad", "anomalous"}, {"derived", "thresholds of each protocol"}},
                "pixels by score, logarithmic");
  return html::section("Scores and thresholds", colours + html::figure(plot, caption));
}

Markup steps_table(const ProComparison& comparison, const Explanation& explanation, double low, double high) {
  html::PageTable table({{"step"}, {"what the protocol does"}, {"difference", true}, {"PRO then", true}, {""}});
  table.row({"exact", html::TableCell("", "words"), "", percent_2(comparison.exact), ""});
  for (const ShownStep& step : shown_steps(comparison, explanation))
    table.row({step.name, html::TableCell(step.change, "words"), number_cell(step.difference),
               html::TableCell(step.value, "", step.after.undefined),
               step.after.defined() ? step_bar(step.before.value, step.after.value, low, high) : Markup()});
  return table.markup();
}

/// The lowest and highest value of all steps, so that all bars have one scale.
std::pair<double, double> range_of_values(const ProComparison& comparison) {
  double low = comparison.exact.value, high = low;
  for (const Explanation& explanation : comparison.protocols)
    for (const ProStep& step : explanation.steps)
      if (step.value.defined()) low = std::min(low, step.value.value), high = std::max(high, step.value.value);
  return {low, high};
}

Markup curve_figures(const ProComparison& comparison, const Explanation& explanation) {
  const bool sampled = explanation.rule.has_value();
  Markup figures = html::figure(pro_curve_plot(comparison, explanation, comparison.limit),
                                sampled ? "mean covered share of a defect, percent: the exact curve and the protocol's "
                                          "points"
                                        : "mean covered share of a defect, percent");
  if (comparison.limit < 1)
    figures += html::figure(pro_curve_plot(comparison, explanation, 1),
                            sampled ? "the whole of it; the limit is dashed, points beyond it do not count"
                                    : "the whole of it; the limit is dashed");
  return html::group("plots", figures);
}

Markup protocol_section(const ProComparison& comparison, const Explanation& explanation) {
  Markup heading = explanation.protocol + ": " + percent_2(explanation.value);
  if (const std::string difference = difference_2(comparison.exact, explanation.value);
      explanation.rule && !difference.empty())
    heading += " " + html::small(with_minus(difference) + " to exact");
  Markup content = html::paragraph(NamedProtocol(explanation.protocol).doc()) +
                   html::paragraph(explanation_in_words(comparison, explanation), "lead");
  if (!explanation.steps.empty()) {
    const auto [low, high] = range_of_values(comparison);
    content += steps_table(comparison, explanation, low, high);
  }
  if (!comparison.exact_curve.x.empty()) content += curve_figures(comparison, explanation);
  return html::section(heading, content);
}

/// Scores at which something is reached are no percentages.
std::string metric_text(const std::string& name, const Metric& metric) {
  if (!metric.defined() || !name.ends_with("threshold")) return percent_2(metric);
  return fmt::format("{:.4g}", metric.value);
}

/// The metrics of all protocols, in the order in which they are met.
std::vector<std::string> metric_names(const ProComparison& comparison) {
  std::vector<std::string> names;
  for (const Explanation& explanation : comparison.protocols)
    for (const auto& [name, metric] : explanation.metrics.values())
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  return names;
}

Markup metrics_section(const ProComparison& comparison) {
  std::vector<html::TableColumn> columns = {{"metric"}};
  for (const Explanation& explanation : comparison.protocols) columns.push_back({explanation.protocol, true});
  html::PageTable table(std::move(columns));
  for (const std::string& name : metric_names(comparison)) {
    std::vector<html::TableCell> cells = {name};
    for (const Explanation& explanation : comparison.protocols) {
      const Metric* metric = explanation.metrics.find(name);
      cells.emplace_back(metric ? metric_text(name, *metric) : "", "", metric ? metric->undefined : "");
    }
    table.row(cells);
  }
  return html::section("All metrics",
                       html::paragraph("PRO apart, protocols give the same values, except that adeval-N also takes "
                                       "AUROC and average precision from its bins.") +
                           table.markup());
}

}  // namespace

std::string explain_page(const ProComparison& comparison, const std::string& name) {
  const ScoreFacts& facts = comparison.facts;
  Markup body =
      html::heading(fmt::format("One set of maps, {} PRO values", comparison.protocols.size())) +
      html::paragraph(fmt::format(
          "{}: {} images, {} of them anomalous; {} pixels; {} regions of {} to {} pixels; adrep {}", name, facts.images,
          facts.anomalous_images, facts.pixels, facts.regions, facts.smallest_region, facts.largest_region, version()));
  body += matrix_section(comparison) + dangers_section(comparison) + scores_section(comparison);
  for (const Explanation& explanation : comparison.protocols) body += protocol_section(comparison, explanation);
  return html::page("adrep: PRO explained", body + metrics_section(comparison));
}

}  // namespace adrep
