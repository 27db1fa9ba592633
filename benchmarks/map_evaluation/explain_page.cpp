#include "benchmarks/map_evaluation/explain_page.h"

#include "benchmarks/map_evaluation/explain_plots.h"
#include "benchmarks/map_evaluation/explain_text.h"
#include "benchmarks/pages/report_plots.h"
#include "benchmarks/pages/report_style.h"
#include "benchmarks/tables/table.h"
#include "core/base/version.h"
#include "core/metrics/score_dangers.h"

namespace adrep {
namespace {

/// A minus sign that is as wide as a plus.
std::string with_minus(std::string text) {
  if (text.starts_with('-')) text.replace(0, 1, "−");
  return text;
}

/// A cell of numbers; what is zero or left out is set back.
std::string number_cell(const std::string& text) {
  const bool nothing = text == "0.00" || text == "·";
  return (nothing ? "<td class=\"n none\">" : "<td class=n>") + with_minus(text);
}

/// The names of the rows of step_matrix as a reader meets them.
std::string row_name(const std::string& name, const ProComparison& comparison) {
  if (name == "exact") return fmt::format("exact PRO to {:g}", comparison.limit);
  if (name == "protocol") return "PRO of the protocol";
  if (name == "by ranks") return "the same with every score replaced by its rank";
  if (name == "4-connected") return "the same with regions 4-connected";
  return name;
}

std::string matrix_section(const ProComparison& comparison) {
  const auto lines = step_matrix(comparison);
  std::string html =
      "<h2>Which step makes the difference</h2><p>Each column starts at the exact PRO and changes one rule after "
      "another until it is the protocol's; a step is counted with those above it taken. In another order the same sum "
      "would be shared out differently. Percent; · where a protocol does as exact does.</p><div class=scroll><table "
      "class=matrix><tr><th>";
  for (size_t c = 1; c < lines[0].size(); ++c) html += "<th class=n>" + html_text(lines[0][c]);
  html += "</tr>";
  for (size_t l = 1; l < lines.size(); ++l) {
    const bool sum = lines[l][0] == "exact" || lines[l][0] == "protocol";
    html += std::string(sum ? "<tr class=sum>" : "<tr>") + "<td>" + html_text(row_name(lines[l][0], comparison));
    for (size_t c = 1; c < lines[l].size(); ++c) html += number_cell(lines[l][c]);
    html += "</tr>";
  }
  return html + "</table></div>";
}

std::string dangers_section(const ProComparison& comparison) {
  const std::vector<Danger> dangers = dangers_of(comparison);
  if (dangers.empty()) return "";
  std::string html = "<h2>Beware</h2><ul class=beware>";
  for (const Danger& danger : dangers) html += "<li>" + html_text(danger.text);
  return html + "</ul>";
}

std::string scores_section(const ProComparison& comparison) {
  const ScoreFacts& facts = comparison.facts;
  const std::string plot = score_histogram_plot(comparison);
  if (plot.empty()) return "";
  std::string html =
      "<h2>Scores and thresholds</h2><p class=key>pixels by score, logarithmic<span "
      "style=\"background:var(--good)\"></span>normal<span style=\"background:var(--bad)\"></span>anomalous<span "
      "style=\"background:var(--derived)\"></span>thresholds of each protocol</p><figure>" +
      plot + "<figcaption>";
  if (facts.normal_pixels > 0)
    html += fmt::format(
        "Dashed: {:.5g}, the score that {:g} % of the normal pixels reach. Only thresholds to its right "
        "count for PRO. {:.0f} % of the score range lies there, {:.0f} % above 99.9 % of all pixels.",
        facts.score_at_limit, 100 * comparison.limit, 100 * facts.above_limit, 100 * facts.above_bulk);
  return html + "</figcaption></figure>";
}

std::string steps_table(const ProComparison& comparison, const Explanation& explanation, double low, double high) {
  std::string html =
      "<div class=scroll><table><tr><th>step<th>what the protocol does<th class=n>difference<th class=n>PRO "
      "then<th></tr>";
  html += fmt::format("<tr><td>exact<td class=words><td class=n><td class=n>{}<td></tr>", percent_2(comparison.exact));
  for (const ShownStep& step : shown_steps(comparison, explanation))
    html += fmt::format("<tr><td>{}<td class=words>{}{}<td class=n{}>{}<td>{}</tr>", html_text(step.name),
                        html_text(step.change), number_cell(step.difference),
                        step.after.defined() ? "" : " title=\"" + html_text(step.after.undefined) + "\"", step.value,
                        step.after.defined() ? step_bar(step.before.value, step.after.value, low, high) : "");
  return html + "</table></div>";
}

/// The lowest and highest value of all steps, so that all bars have one scale.
std::pair<double, double> range_of_values(const ProComparison& comparison) {
  double low = comparison.exact.value, high = low;
  for (const Explanation& explanation : comparison.protocols)
    for (const ProStep& step : explanation.steps)
      if (step.value.defined()) low = std::min(low, step.value.value), high = std::max(high, step.value.value);
  return {low, high};
}

std::string protocol_section(const ProComparison& comparison, const Explanation& explanation) {
  std::string html = "<h2>" + html_text(explanation.protocol) + ": " + percent_2(explanation.value);
  if (const std::string difference = difference_2(comparison.exact, explanation.value);
      explanation.rule && !difference.empty())
    html += " <small>" + with_minus(difference) + " to exact</small>";
  html += "</h2><p>" + html_text(NamedProtocol(explanation.protocol).doc()) + "</p>";
  html += "<p class=lead>" + html_text(explanation_in_words(comparison, explanation)) + "</p>";
  if (!explanation.steps.empty()) {
    const auto [low, high] = range_of_values(comparison);
    html += steps_table(comparison, explanation, low, high);
  }
  if (comparison.exact_curve.x.empty()) return html;
  html += "<div class=plots><figure>" + pro_curve_plot(comparison, explanation, comparison.limit) + "<figcaption>";
  html += explanation.rule ? "mean covered share of a defect, percent: the exact curve and the protocol's points"
                           : "mean covered share of a defect, percent";
  html += "</figcaption></figure>";
  if (comparison.limit < 1)
    html += "<figure>" + pro_curve_plot(comparison, explanation, 1) +
            "<figcaption>the whole of it; the limit is dashed" +
            (explanation.rule ? ", points beyond it do not count" : "") + "</figcaption></figure>";
  return html + "</div>";
}

/// Scores at which something is reached are no percentages.
std::string metric_text(const std::string& name, const Metric& metric) {
  if (!metric.defined() || !name.ends_with("threshold")) return percent_2(metric);
  return fmt::format("{:.4g}", metric.value);
}

std::string metrics_section(const ProComparison& comparison) {
  std::string html =
      "<h2>All metrics</h2><p>PRO apart, protocols give the same values, except that adeval-N also takes AUROC and "
      "average precision from its bins.</p><div class=scroll><table><tr><th>metric";
  std::vector<std::string> names;
  for (const Explanation& explanation : comparison.protocols) {
    html += "<th class=n>" + html_text(explanation.protocol);
    for (const auto& [name, metric] : explanation.metrics.values())
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  html += "</tr>";
  for (const std::string& name : names) {
    html += "<tr><td>" + html_text(name);
    for (const Explanation& explanation : comparison.protocols) {
      const Metric* metric = explanation.metrics.find(name);
      html += "<td class=n" +
              (metric && !metric->defined() ? " title=\"" + html_text(metric->undefined) + "\"" : std::string()) + ">" +
              (metric ? metric_text(name, *metric) : "");
    }
    html += "</tr>";
  }
  return html + "</table></div>";
}

}  // namespace

std::string explain_page(const ProComparison& comparison, const std::string& name) {
  const ScoreFacts& facts = comparison.facts;
  std::string html =
      "<!doctype html><html lang=en><head><meta charset=utf-8><meta name=viewport content=\"width=device-width, "
      "initial-scale=1\"><link rel=icon href=\"data:,\"><title>adrep: PRO explained</title><style>";
  html += report_style;
  html += explain_style;
  html += "</style></head><body><h1>One set of maps, " + fmt::format("{} PRO values", comparison.protocols.size()) +
          "</h1><p>" + html_text(name) +
          fmt::format(": {} images, {} of them anomalous; {} pixels; {} regions of {} to {} pixels; adrep {}</p>",
                      facts.images, facts.anomalous_images, facts.pixels, facts.regions, facts.smallest_region,
                      facts.largest_region, version());
  html += matrix_section(comparison) + dangers_section(comparison) + scores_section(comparison);
  for (const Explanation& explanation : comparison.protocols) html += protocol_section(comparison, explanation);
  return html + metrics_section(comparison) + "</body></html>\n";
}

}  // namespace adrep
