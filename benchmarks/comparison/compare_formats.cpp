#include "benchmarks/comparison/compare_formats.h"

#include "benchmarks/comparison/compare_sections.h"
#include "core/base/atomic_file.h"
#include "core/base/names.h"
#include "core/base/plural.h"
#include "core/base/text_layout.h"
#include "core/base/version.h"
#include "core/drawing/page.h"
#include "core/drawing/page_table.h"

namespace adrep {
namespace {

bool is_marked(const CompareSection& section, size_t row) {
  return row < section.marked.size() && section.marked[row];
}

std::string markdown_text(const std::string& text) {
  std::string escaped;
  for (char c : text)
    escaped +=
        std::string_view("|*_<\\`").find(c) != std::string_view::npos ? std::string("\\") + c : std::string(1, c);
  return escaped;
}

std::string text_table(const CompareSection& section, bool colour) {
  std::vector<size_t> widths;
  for (size_t i = 0; i < section.headings.size(); ++i) {
    widths.push_back(shown_width(section.headings[i]));
    for (const auto& row : section.rows) widths[i] = std::max(widths[i], shown_width(row[i]));
  }
  const auto line_of = [&](const std::vector<std::string>& fields) {
    std::string line;
    for (size_t i = 0; i < fields.size(); ++i) line += padded(fields[i], widths[i], i >= section.label_columns) + "  ";
    return line.substr(0, line.find_last_not_of(' ') + 1);
  };
  size_t width = 0;
  for (const size_t column : widths) width += column + 2;
  const std::string rule(width - 2, '-');
  std::string text = line_of(section.headings) + "\n" + rule + "\n";
  for (size_t r = 0; r < section.rows.size(); ++r)
    text += colour && is_marked(section, r) ? "\033[1m" + line_of(section.rows[r]) + "\033[0m\n"
                                            : line_of(section.rows[r]) + "\n";
  return text + rule + "\n";
}

std::string markdown_table(const CompareSection& section) {
  std::string text = "|", rule = "|";
  for (size_t i = 0; i < section.headings.size(); ++i) {
    text += fmt::format(" {} |", markdown_text(section.headings[i]));
    rule += i < section.label_columns ? "---|" : "--:|";
  }
  text += fmt::format("\n{}\n", rule);
  for (size_t r = 0; r < section.rows.size(); ++r) {
    text += "|";
    for (const std::string& field : section.rows[r])
      text += fmt::format(" {0}{1}{0} |", is_marked(section, r) && !field.empty() ? "**" : "", markdown_text(field));
    text += "\n";
  }
  return text;
}

Markup table_of(const CompareSection& section) {
  std::vector<html::TableColumn> columns;
  for (size_t i = 0; i < section.headings.size(); ++i)
    columns.push_back({section.headings[i], i >= section.label_columns});
  if (!section.row_plots.empty()) columns.push_back({section.row_plots_heading});
  html::PageTable table(std::move(columns));
  for (size_t r = 0; r < section.rows.size(); ++r) {
    std::vector<html::TableCell> cells;
    for (const std::string& field : section.rows[r])
      cells.emplace_back(is_marked(section, r) ? html::bold(field) : field);
    if (!section.row_plots.empty()) cells.emplace_back(section.row_plots[r]);
    const bool first = r > 0 && section.label_columns > 1 && section.rows[r][0] != section.rows[r - 1][0];
    table.row(cells, first ? "first" : "");
  }
  return table.markup();
}

std::string summary_line(const Comparison& c) {
  return fmt::format("{} on {}; metric {}; adrep {}", counted(std::ssize(c.methods), "method"),
                     counted(std::ssize(c.data_sets), "data set"), c.settings.metric, version());
}

using Writer = std::string (*)(const Comparison&);

const std::map<std::string, Writer>& writers() {
  static const std::map<std::string, Writer> known = {{".html", comparison_as_html},
                                                      {".csv", comparison_as_csv},
                                                      {".json", comparison_as_json},
                                                      {".md", comparison_as_markdown}};
  return known;
}

}  // namespace

std::string comparison_as_text(const Comparison& c, bool colour) {
  std::string text;
  for (const CompareSection& section : compare_sections(c)) {
    if (section.page_only) continue;
    text += "\n" + section.title + "\n";
    if (!section.rows.empty()) text += text_table(section, colour);
    for (const std::string& note : section.notes) text += note + "\n";
  }
  return text;
}

std::string comparison_as_markdown(const Comparison& c) {
  std::string text = "# adrep comparison\n\n" + markdown_text(summary_line(c)) + "\n";
  for (const CompareSection& section : compare_sections(c)) {
    text += "\n## " + markdown_text(section.title) + "\n\n";
    if (!section.rows.empty()) text += markdown_table(section);
    text += "\n";
    for (const std::string& note : section.notes) text += "- " + markdown_text(note) + "\n";
  }
  return text;
}

std::string comparison_as_html(const Comparison& c) {
  Markup body = html::heading("adrep comparison") + html::paragraph(summary_line(c));
  for (const CompareSection& section : compare_sections(c)) {
    Markup content;
    if (!section.plot.empty()) content += html::scrolled(section.plot);
    if (!section.rows.empty()) content += table_of(section);
    body += html::section(section.title, content + html::list(section.notes));
  }
  return html::page("adrep comparison", body);
}

void check_comparison_file(const std::filesystem::path& file) {
  std::vector<std::string> endings;
  for (const auto& [ending, writer] : writers()) endings.push_back(ending);
  if (!writers().contains(file.extension().string()))
    throw_input("output={}: the ending says the format: {}", file.string(), listed(endings));
}

void write_comparison(const std::filesystem::path& file, const Comparison& comparison) {
  check_comparison_file(file);
  write_file_atomically(file, writers().at(file.extension().string())(comparison));
}

}  // namespace adrep
