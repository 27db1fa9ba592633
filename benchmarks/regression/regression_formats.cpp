#include "benchmarks/regression/regression_formats.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "benchmarks/tables/table.h"
#include "core/base/plural.h"
#include "core/base/text_layout.h"
#include "core/drawing/markup.h"

namespace adrep {
namespace {

std::string in_percent(const Metric& value) {
  return value.defined() ? fmt::format("{:.2f}", value.value * 100) : "–";
}

/// "-0.25"; of changes that two digits do not show "-3e-07".
std::string in_points(const MetricChange& change) {
  if (!change.delta || change.verdict == RegressionVerdict::same) return "";
  const double points = *change.delta * 100;
  return std::abs(points) < 0.005 && points != 0 ? fmt::format("{:+.0e}", points) : fmt::format("{:+.2f}", points);
}

/// The verdict with what it rests on.
std::string basis_of(const MetricChange& change) {
  std::string text = change.why;
  if (change.tolerance > 0) text += fmt::format(", tolerance {:.2g}", change.tolerance * 100);
  if (change.p_value) text += fmt::format(", p {:.2g}", *change.p_value);
  return text;
}

/// The cell, with the seed where it is one seed's.
std::string shown_cell(const MetricChange& change) {
  return change.seed_of_cell.empty() ? change.cell : change.cell + " " + change.seed_of_cell;
}

bool is_listed(const MetricChange& change) {
  return change.verdict != RegressionVerdict::same && change.verdict != RegressionVerdict::within_tolerance;
}

std::string metric_heading(const MetricChange& change) {
  return change.metric.empty() ? "" : heading_of(change.metric);
}

/// Whether somebody has to do something.
bool is_bad(RegressionVerdict verdict) {
  using enum RegressionVerdict;
  return verdict == worse || verdict == failed || verdict == missing;
}

const char* colour_of(RegressionVerdict verdict) {
  if (is_bad(verdict)) return "\x1b[31m";
  if (verdict == RegressionVerdict::inconclusive) return "\x1b[33m";
  return verdict == RegressionVerdict::better ? "\x1b[32m" : "";
}

/// XML has no control characters, not even escaped.
std::string xml_safe(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') c = '?';
  return text;
}

/// What a test case says of one metric.
std::string junit_line(const MetricChange& change) {
  if (change.metric.empty())
    return fmt::format("{}: {}{}", regression_verdict_text(change.verdict), change.why,
                       change.seed_of_cell.empty() ? "" : " (" + change.seed_of_cell + ")");
  return fmt::format("{}: {} {} -> {} ({} points; {})", regression_verdict_text(change.verdict), metric_heading(change),
                     in_percent(change.before), in_percent(change.now), in_points(change), basis_of(change));
}

/// What JUnit calls a test case of this verdict, "" for one that passed.
std::string junit_kind(RegressionVerdict verdict, bool strict) {
  if (verdict == RegressionVerdict::inconclusive) return strict ? "failure" : "skipped";
  if (verdict == RegressionVerdict::worse) return "failure";
  return is_bad(verdict) ? "error" : "";
}

/// A test case: the worst of a cell's changes decides what it is.
Markup junit_case(const std::string& cell, const std::vector<const MetricChange*>& changes, const std::string& kind) {
  const size_t method = cell.find('/', cell.find('/') + 1);
  std::string all;
  for (const MetricChange* change : changes)
    if (is_listed(*change)) all += junit_line(*change) + "\n";
  Markup inside;
  if (!kind.empty())
    inside = element(kind,
                     {{"message", xml_safe(junit_line(*changes.front()))},
                      {"type", regression_verdict_text(changes.front()->verdict)}},
                     Markup(xml_safe(all)));
  return element("testcase",
                 {{"classname", xml_safe(cell.substr(0, method))},
                  {"name", xml_safe(method == std::string::npos ? cell : cell.substr(method + 1))}},
                 inside);
}

nlohmann::json change_json(const MetricChange& change) {
  nlohmann::json line = {
      {"cell", change.cell}, {"verdict", regression_verdict_text(change.verdict)}, {"why", change.why}};
  if (change.metric.empty()) return line;
  line["metric"] = change.metric;
  line["old"] = metric_json(change.before);
  line["new"] = metric_json(change.now);
  line["tolerance"] = change.tolerance;
  line["seeds"] = change.seeds;
  if (change.delta) line["delta"] = *change.delta;
  if (change.p_value) line["p_value"] = *change.p_value;
  return line;
}

/// "18 cells of the baseline: 17 compared, 1 missing; 119 values: 1 worse, 118 same"
std::string counts_of(const Regression& regression) {
  std::map<RegressionVerdict, int64_t> whole, values;
  int64_t compared = 0;
  for (const MetricChange& change : regression.changes) {
    ++(change.metric.empty() ? whole : values)[change.verdict];
    compared += !change.metric.empty();
  }
  const auto text_of = [](const std::map<RegressionVerdict, int64_t>& counts) {
    std::vector<std::string> parts;
    for (const auto& [verdict, count] : counts)
      parts.push_back(fmt::format("{} {}", count, regression_verdict_text(verdict)));
    return parts.empty() ? std::string("none") : fmt::format("{}", fmt::join(parts, ", "));
  };
  return fmt::format("{} of the baseline: {} compared{}; {}: {}", counted(regression.cells, "cell"),
                     regression.compared, whole.empty() ? "" : ", " + text_of(whole), counted(compared, "value"),
                     text_of(values));
}

}  // namespace

std::string regression_as_text(const Regression& regression, bool colour) {
  size_t cell_width = 4, metric_width = 6;
  for (const MetricChange& change : regression.changes)
    if (is_listed(change)) {
      cell_width = std::max(cell_width, shown_width(shown_cell(change)));
      metric_width = std::max(metric_width, shown_width(metric_heading(change)));
    }
  std::string text;
  for (const MetricChange& change : regression.changes) {
    if (!is_listed(change)) continue;
    if (text.empty())
      text = fmt::format("{}  {}  {:>7} {:>7} {:>8}  verdict\n", padded("cell", cell_width, false),
                         padded("metric", metric_width, false), "old", "new", "points");
    const char* begin = colour ? colour_of(change.verdict) : "";
    text += fmt::format("{}  {}  {} {} {:>8}  {}{}{}{}\n", padded(shown_cell(change), cell_width, false),
                        padded(metric_heading(change), metric_width, false), padded(in_percent(change.before), 7, true),
                        padded(in_percent(change.now), 7, true), in_points(change), begin,
                        regression_verdict_text(change.verdict), *begin ? "\x1b[0m" : "",
                        basis_of(change).empty() ? "" : ": " + basis_of(change));
  }
  text += counts_of(regression) + "\n";
  for (const std::string& note : regression.notes) text += note + "\n";
  return text;
}

std::string regression_as_markdown(const Regression& regression) {
  std::string text = "**" + markdown_text(counts_of(regression)) + "**\n";
  bool first = true;
  for (const MetricChange& change : regression.changes) {
    if (!is_listed(change)) continue;
    if (first) text += "\n| cell | old | new | delta | verdict |\n|---|--:|--:|--:|---|\n";
    first = false;
    const std::string mark = is_bad(change.verdict) ? "**" : "";
    const std::string because = basis_of(change);
    text += fmt::format("| {}{} | {} | {} | {} | {}{}{}{} |\n", markdown_text(shown_cell(change)),
                        change.metric.empty() ? "" : ": " + markdown_text(metric_heading(change)),
                        in_percent(change.before), in_percent(change.now), in_points(change), mark,
                        regression_verdict_text(change.verdict), mark,
                        because.empty() ? "" : ": " + markdown_text(because));
  }
  for (const std::string& note : regression.notes) text += "\n" + markdown_text(note) + "\n";
  return text;
}

std::string regression_as_json(const Regression& regression, int exit_code) {
  nlohmann::json changes = nlohmann::json::array();
  for (const MetricChange& change : regression.changes) changes.push_back(change_json(change));
  nlohmann::json counts = nlohmann::json::object();
  for (const auto& [verdict, count] : regression.counts) counts[regression_verdict_text(verdict)] = count;
  return nlohmann::json{{"exit_code", exit_code}, {"cells", regression.cells}, {"compared", regression.compared},
                        {"counts", counts},       {"changes", changes},        {"notes", regression.notes}}
             .dump(1, ' ', false, nlohmann::json::error_handler_t::replace) +
         "\n";
}

std::string regression_as_junit(const Regression& regression, bool strict) {
  std::map<std::string, std::vector<const MetricChange*>> cells;
  for (const MetricChange& change : regression.changes) cells[change.cell].push_back(&change);
  Markup cases;
  std::map<std::string, int64_t> kinds;
  for (const auto& [cell, changes] : cells) {
    const std::string kind = junit_kind(changes.front()->verdict, strict);
    ++kinds[kind];
    cases += "\n" + junit_case(cell, changes, kind);
  }
  const auto count = [](int64_t number) { return std::to_string(number); };
  const std::vector<Attribute> attributes = {{"name", "adrep regress"},
                                             {"tests", count(std::ssize(cells))},
                                             {"failures", count(kinds["failure"])},
                                             {"errors", count(kinds["error"])},
                                             {"skipped", count(kinds["skipped"])}};
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" +
         element("testsuites", {}, "\n" + element("testsuite", attributes, cases + "\n") + "\n").str() + "\n";
}

std::string baseline_list(const Baseline& baseline, const std::vector<std::string>& only) {
  std::string text;
  int64_t cells = 0;
  for (const BaselineCell& cell : baseline.cells) {
    if (!is_meant(cell.name, only)) continue;
    text += seeded_name(cell) + "\n";
    ++cells;
  }
  return text + counted(cells, "cell") + "\n";
}

}  // namespace adrep
