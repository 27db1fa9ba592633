#include "benchmarks/map_evaluation/map_report_formats.h"

#include <nlohmann/json.hpp>

#include "benchmarks/tables/table.h"
#include "core/base/error.h"
#include "core/base/text_layout.h"
#include "core/drawing/page.h"
#include "core/drawing/page_table.h"

namespace adrep {
namespace {

using Cells = std::vector<std::vector<std::string>>;

std::string shown(const Metric& metric, MapMetric::Kind kind) {
  if (!metric.defined() || kind == MapMetric::Kind::percent) return percent(metric);
  return kind == MapMetric::Kind::count ? fmt::format("{}", static_cast<int64_t>(metric.value))
                                        : fmt::format("{:.6g}", metric.value);
}

/// "93.1 to 95.8"
std::string shown_interval(const MapMetric& metric) {
  if (!metric.interval) return "";
  const auto [estimate, low, high, undefined] = *metric.interval;
  if (!low.defined() || !high.defined()) return "undef.";
  return shown(low, metric.kind) + " to " + shown(high, metric.kind);
}

bool with_intervals(const MapSection& section) {
  return std::any_of(section.rows.begin(), section.rows.end(),
                     [](const MapMetric& m) { return m.interval.has_value(); });
}

std::string interval_heading(const MapReport& report, const MapSection& section) {
  return fmt::format("{:g}% interval{}", 100 * report.confidence, section.columns.size() > 1 ? " (exact)" : "");
}

/// A section as texts, its headings first.
Cells cells_of(const MapReport& report, const MapSection& section) {
  const bool intervals = with_intervals(section);
  Cells cells = {{section.title}};
  cells[0].insert(cells[0].end(), section.columns.begin(), section.columns.end());
  if (intervals) cells[0].push_back(interval_heading(report, section));
  for (const MapMetric& metric : section.rows) {
    std::vector<std::string> line = {metric.heading};
    for (const std::optional<Metric>& value : metric.values) line.push_back(value ? shown(*value, metric.kind) : "");
    if (intervals) line.push_back(shown_interval(metric));
    cells.push_back(std::move(line));
  }
  return cells;
}

/// The report's notes, after the reasons of undefined values.
std::vector<std::string> all_notes(const MapReport& report, const char* scale) {
  std::vector<std::string> notes;
  const auto add = [&](std::string note) {
    if (std::find(notes.begin(), notes.end(), note) == notes.end()) notes.push_back(std::move(note));
  };
  for (const MapSection& section : report.sections)
    for (const MapMetric& metric : section.rows) {
      for (const std::optional<Metric>& value : metric.values)
        if (value && !value->defined()) add(fmt::format("undefined: {}: {}", metric.heading, value->undefined));
      if (!metric.interval) continue;
      if (!metric.interval->low.defined() && metric.interval->estimate.defined())
        add(fmt::format("no interval: {}: {}", metric.heading, metric.interval->low.undefined));
      if (metric.interval->undefined > 0 && metric.interval->low.defined())
        add(fmt::format("{}: {} undefined replicates left out of the interval", metric.heading,
                        metric.interval->undefined));
    }
  notes.insert(notes.end(), report.notes.begin(), report.notes.end());
  notes.push_back(fmt::format("metrics {}; protocols: {}", scale, report.settings.at("protocol_versions")));
  return notes;
}

std::string as_text(const MapReport& report) {
  std::string text;
  for (const MapSection& section : report.sections) {
    const Cells cells = cells_of(report, section);
    std::vector<size_t> widths(cells[0].size());
    for (const auto& line : cells)
      for (size_t c = 0; c < line.size(); ++c) widths[c] = std::max(widths[c], shown_width(line[c]));
    for (size_t l = 0; l < cells.size(); ++l) {
      std::string line;
      for (size_t c = 0; c < cells[l].size(); ++c) line += (c ? "  " : "") + padded(cells[l][c], widths[c], c > 0);
      text += line + "\n";
      if (l == 0) text += std::string(shown_width(line), '-') + "\n";
    }
    text += "\n";
  }
  for (const std::string& note : all_notes(report, "in percent")) text += note + "\n";
  return text;
}

std::string csv_value(const std::optional<Metric>& value) {
  return value && value->defined() ? fmt::format("{}", value->value) : "";
}

std::string as_csv(const MapReport& report) {
  std::string text = "metric,protocol,value,low,high,undefined\n";
  for (const MapSection& section : report.sections)
    for (const MapMetric& metric : section.rows)
      for (size_t c = 0; c < metric.values.size(); ++c) {
        if (!metric.values[c]) continue;
        const bool exact = section.columns[c] == "exact";
        const bool interval = exact && metric.interval;
        text += fmt::format("{},{},{},{},{},{}\n", csv_field(metric.name),
                            section.columns[c] == "value" ? "" : csv_field(section.columns[c]),
                            csv_value(metric.values[c]), interval ? csv_value(metric.interval->low) : "",
                            interval ? csv_value(metric.interval->high) : "", csv_field(metric.values[c]->undefined));
      }
  return text;
}

nlohmann::json json_value(const Metric& value, MapMetric::Kind kind = MapMetric::Kind::percent) {
  if (!value.defined()) return {{"undefined", value.undefined}};
  return kind == MapMetric::Kind::count ? nlohmann::json(static_cast<int64_t>(value.value))
                                        : nlohmann::json(value.value);
}

nlohmann::json json_row(const MapSection& section, const MapMetric& metric) {
  nlohmann::json row;
  for (size_t c = 0; c < metric.values.size(); ++c)
    if (metric.values[c]) row[section.columns[c]] = json_value(*metric.values[c], metric.kind);
  if (section.columns == std::vector<std::string>{"value"}) row = row["value"];
  return row;
}

std::string as_json(const MapReport& report) {
  nlohmann::ordered_json all;
  nlohmann::json intervals;
  for (const MapSection& section : report.sections) {
    nlohmann::ordered_json rows;
    for (const MapMetric& metric : section.rows) {
      rows[metric.name] = json_row(section, metric);
      if (metric.interval)
        intervals[metric.name] = {{"low", json_value(metric.interval->low)},
                                  {"high", json_value(metric.interval->high)},
                                  {"undefined_replicates", metric.interval->undefined}};
    }
    all[section.name] = rows;
  }
  if (report.has_intervals()) all["intervals"] = {{"confidence", report.confidence}, {"metrics", intervals}};
  all["settings"] = report.settings;
  all["notes"] = all_notes(report, "between 0 and 1");
  return all.dump(1) + "\n";
}

std::string as_markdown(const MapReport& report) {
  std::string text;
  for (const MapSection& section : report.sections) {
    const Cells cells = cells_of(report, section);
    for (size_t l = 0; l < cells.size(); ++l) {
      text += "|";
      for (const std::string& cell : cells[l]) text += fmt::format(" {} |", markdown_text(cell));
      text += "\n";
      if (l > 0) continue;
      text += "|---|";
      for (size_t c = 1; c < cells[0].size(); ++c) text += "--:|";
      text += "\n";
    }
    text += "\n";
  }
  for (const std::string& note : all_notes(report, "in percent")) text += "- " + markdown_text(note) + "\n";
  return text;
}

std::string as_latex(const MapReport& report) {
  std::string text = "% needs \\usepackage{booktabs}\n";
  for (const MapSection& section : report.sections) {
    const Cells cells = cells_of(report, section);
    text += "\\begin{tabular}{l" + std::string(cells[0].size() - 1, 'r') + "}\n\\toprule\n";
    for (size_t l = 0; l < cells.size(); ++l) {
      for (size_t c = 0; c < cells[l].size(); ++c) text += (c ? " & " : "") + latex_text(cells[l][c]);
      text += l == 0 ? " \\\\\n\\midrule\n" : " \\\\\n";
    }
    text += "\\bottomrule\n\\end{tabular}\n\n";
  }
  for (const std::string& note : all_notes(report, "in percent")) text += "% " + note + "\n";
  return text;
}

std::string as_html(const MapReport& report) {
  Markup body = html::heading("Metrics of score maps");
  for (const MapSection& section : report.sections) {
    const Cells cells = cells_of(report, section);
    std::vector<html::TableColumn> columns = {{""}};
    for (size_t c = 1; c < cells[0].size(); ++c) columns.push_back({cells[0][c], true});
    html::PageTable table(std::move(columns));
    for (size_t l = 1; l < cells.size(); ++l) table.row({cells[l].begin(), cells[l].end()});
    body += html::section(section.title, table.markup());
  }
  std::string settings;
  for (const auto& [key, value] : report.settings) settings += key + ": " + value + "\n";
  body += html::section("Notes", html::list(all_notes(report, "in percent")) + html::details("settings", settings));
  return html::page("adrep metrics", body);
}

}  // namespace

const std::vector<std::string>& map_report_formats() {
  static const std::vector<std::string> formats = {"text", "csv", "json", "md", "tex", "html"};
  return formats;
}

std::string map_report_as(const std::string& format, const MapReport& report) {
  if (format == "csv") return as_csv(report);
  if (format == "json") return as_json(report);
  if (format == "md") return as_markdown(report);
  if (format == "tex") return as_latex(report);
  if (format == "html") return as_html(report);
  ADREP_ASSERT(format == "text", "format '{}'", format);
  return as_text(report);
}

}  // namespace adrep
