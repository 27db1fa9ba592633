#include "benchmarks/ledger/ledger_formats.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/plural.h"
#include "core/base/text_layout.h"
#include "core/drawing/page.h"
#include "core/drawing/page_table.h"

namespace adrep {
namespace {

std::string fixed_digits(double value, int64_t digits) {
  return fmt::format("{:.{}f}", value, digits);
}

/// With one digit more than is printed, so that a difference can be seen.
std::string ours_text(const LedgerLine& line) {
  return line.ours ? fixed_digits(*line.ours, line.published.digits + 1) : "";
}

std::string difference_text(const LedgerLine& line) {
  return line.difference ? fmt::format("{:+.{}f}", *line.difference, line.published.digits + 1) : "";
}

std::string published_text(const KnownValue& published) {
  return fixed_digits(published.value, published.digits) + published.unit;
}

/// What a line is about: of a cited one the method.
std::string subject(const KnownValue& published) {
  const std::string place = place_text(published.place);
  return !published.cited || published.method.empty() ? place : (place.empty() ? "" : place + " · ") + published.method;
}

const std::vector<std::string> ledger_headings = {"table", "place",      "metric",  "published",
                                                  "ours",  "difference", "outcome", "why"};

std::vector<std::string> ledger_fields(const LedgerLine& line) {
  return {line.published.table, subject(line.published), line.published.metric,      published_text(line.published),
          ours_text(line),      difference_text(line),   outcome_text(line.outcome), line.why};
}

std::string table_title(const std::string& table) {
  if (table.empty()) return "no table";
  return table[0] == 'b' ? "Appendix B.1" : "Table " + table;
}

/// The tables in the order of the lines.
std::vector<std::string> tables_of(const Ledger& ledger) {
  std::vector<std::string> tables;
  for (const LedgerLine& line : ledger.lines)
    if (std::count(tables.begin(), tables.end(), line.published.table) == 0) tables.push_back(line.published.table);
  return tables;
}

std::string counts_text_of(const std::map<Outcome, int64_t>& counts) {
  std::string text;
  for (const Outcome outcome : all_outcomes())
    if (const auto count = counts.find(outcome); count != counts.end())
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count->second, outcome_text(outcome));
  return text;
}

std::map<Outcome, int64_t> counts_of_table(const Ledger& ledger, const std::string& table) {
  std::map<Outcome, int64_t> counts;
  for (const LedgerLine& line : ledger.lines)
    if (line.published.table == table) ++counts[line.outcome];
  return counts;
}

std::string tolerance_text(const Ledger& ledger) {
  return fmt::format("agrees: within {:g} points besides half of the last printed digit", ledger.tolerance);
}

}  // namespace

std::string counts_text(const Ledger& ledger) {
  return fmt::format("{}: {}", counted(std::ssize(ledger.lines), "published value"), counts_text_of(ledger.counts));
}

std::string ledger_as_text(const Ledger& ledger) {
  size_t wide = 0;
  std::vector<const LedgerLine*> shown;
  for (const LedgerLine& line : ledger.lines)
    if (line.ours) {
      shown.push_back(&line);
      wide = std::max(wide, shown_width(subject(line.published)));
    }
  std::string text, table = "\n";
  for (const LedgerLine* line : shown) {
    if (line->published.table != table) {
      if (!text.empty()) text += "\n";
      table = line->published.table;
      text += fmt::format("{} {} {:>9} {:>8} {:>7}\n", padded(table_title(table), wide, false),
                          padded("metric", 11, false), "published", "ours", "diff.");
    }
    text += fmt::format("{} {} {:>9} {:>8} {:>7}  {}{}\n", padded(subject(line->published), wide, false),
                        padded(line->published.metric, 11, false), published_text(line->published), ours_text(*line),
                        difference_text(*line), outcome_text(line->outcome), line->why.empty() ? "" : ": " + line->why);
  }
  if (!text.empty()) text += "\n";
  for (const std::string& name : tables_of(ledger))
    text +=
        fmt::format("{}  {}\n", padded(table_title(name), 12, false), counts_text_of(counts_of_table(ledger, name)));
  text += counts_text(ledger) + "\n" + tolerance_text(ledger) + "\n";
  for (const std::string& note : ledger.notes) text += note + "\n";
  return text;
}

std::string ledger_as_markdown(const Ledger& ledger) {
  std::string text = counts_text(ledger) + "\n\n" + tolerance_text(ledger) + "\n\n|";
  for (const std::string& heading : ledger_headings) text += " " + heading + " |";
  text += "\n|---|---|---|---:|---:|---:|---|---|\n";
  for (const LedgerLine& line : ledger.lines) {
    text += "|";
    for (const std::string& field : ledger_fields(line)) text += " " + markdown_text(field) + " |";
    text += "\n";
  }
  for (const std::string& note : ledger.notes) text += "\n" + markdown_text(note) + "\n";
  return text;
}

std::string ledger_as_csv(const Ledger& ledger) {
  std::string text;
  for (const std::string& heading : ledger_headings) text += (text.empty() ? "" : ",") + heading;
  text += ",printed_delta,std,cited_from,flag,note\n";
  for (const LedgerLine& line : ledger.lines) {
    const KnownValue& published = line.published;
    std::string fields;
    for (const std::string& field : ledger_fields(line))
      fields +=
          (fields.empty() ? "" : ",") + (field.starts_with('+') || field.starts_with('-') ? field : csv_label(field));
    text += fields + fmt::format(",{},{},{},{},{}\n", published.delta ? fmt::format("{:+g}", *published.delta) : "",
                                 published.deviation ? fmt::format("{:g}", *published.deviation) : "",
                                 csv_field(published.cited_from), published.flag, csv_field(published.note));
  }
  return text;
}

std::string ledger_as_json(const Ledger& ledger) {
  nlohmann::json all = {{"tolerance", ledger.tolerance}, {"notes", ledger.notes}, {"lines", nlohmann::json::array()}};
  for (const auto& [outcome, count] : ledger.counts) all["counts"][outcome_text(outcome)] = count;
  for (const LedgerLine& line : ledger.lines) {
    nlohmann::json one = {{"table", line.published.table},
                          {"place", line.published.place},
                          {"metric", line.published.metric},
                          {"published", line.published.value},
                          {"unit", line.published.unit},
                          {"outcome", outcome_text(line.outcome)},
                          {"why", line.why}};
    if (line.ours) one["ours"] = *line.ours;
    if (line.difference) one["difference"] = *line.difference;
    if (line.published.delta) one["printed_delta"] = *line.published.delta;
    if (line.published.deviation) one["std"] = *line.published.deviation;
    if (line.published.cited)
      one["cited"] = line.published.cited_from.empty() ? line.published.method : line.published.cited_from;
    all["lines"].push_back(std::move(one));
  }
  return all.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

std::string ledger_as_html(const Ledger& ledger) {
  Markup body = html::heading("The paper's numbers and ours");
  body += html::paragraph(counts_text(ledger), "lead") + html::paragraph(tolerance_text(ledger));
  for (const std::string& name : tables_of(ledger)) {
    html::PageTable table(
        {{"place"}, {"metric"}, {"published", true}, {"ours", true}, {"difference", true}, {"outcome"}, {"why"}});
    for (const LedgerLine& line : ledger.lines) {
      if (line.published.table != name) continue;
      const std::vector<std::string> fields = ledger_fields(line);
      table.row(
          {fields[1], fields[2], fields[3], fields[4], fields[5], fields[6], html::TableCell(fields[7], "words")});
    }
    body += html::section(table_title(name),
                          html::paragraph(counts_text_of(counts_of_table(ledger, name))) + table.markup());
  }
  body += html::list(ledger.notes);
  return html::page("adrep ledger", body);
}

}  // namespace adrep
