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
    table.row(cells, begins_group(section, r) ? "first" : "");
  }
  return table.markup();
}

std::string summary_line(const Comparison& c) {
  return fmt::format("{} on {}; metric {}; adrep {}", counted(std::ssize(c.methods), "method"),
                     counted(std::ssize(c.data_sets), "data set"), c.settings.metric, version());
}

/// LaTeX's text, with a hyphen before a number as the minus that it means.
std::string latex_field(const std::string& text) {
  const auto is_minus = [&](size_t at) {
    return text[at] == '-' && at + 1 < text.size() && std::isdigit(static_cast<unsigned char>(text[at + 1])) != 0 &&
           (at == 0 || text[at - 1] == '[' || text[at - 1] == ' ');
  };
  std::string marked;
  for (size_t at = 0; at < text.size(); ++at) marked += is_minus(at) ? "−" : text.substr(at, 1);
  return latex_text(marked);
}

std::string latex_comment(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return "% " + text + "\n";
}

std::string latex_table(const CompareSection& section) {
  std::string text = fmt::format("\\begin{{tabular}}{{{}{}}}\n\\toprule\n", std::string(section.label_columns, 'l'),
                                 std::string(section.headings.size() - section.label_columns, 'r'));
  const auto line_of = [](const std::vector<std::string>& fields, bool bold) {
    std::vector<std::string> escaped;
    for (const std::string& field : fields)
      escaped.push_back(bold && !field.empty() ? "\\textbf{" + latex_field(field) + "}" : latex_field(field));
    // what begins with these would be an argument of the row's end before it
    if (escaped[0].starts_with('[') || escaped[0].starts_with('*')) escaped[0] = "{}" + escaped[0];
    return fmt::format("{} \\\\\n", fmt::join(escaped, " & "));
  };
  text += line_of(section.headings, false) + "\\midrule\n";
  for (size_t r = 0; r < section.rows.size(); ++r)
    text += (begins_group(section, r) ? "\\midrule\n" : "") + line_of(section.rows[r], is_marked(section, r));
  return text + "\\bottomrule\n\\end{tabular}\n";
}

using Writer = std::string (*)(const Comparison&);

const std::map<std::string, Writer>& writers() {
  static const std::map<std::string, Writer> known = {{".html", comparison_as_html},
                                                      {".csv", comparison_as_csv},
                                                      {".json", comparison_as_json},
                                                      {".md", comparison_as_markdown},
                                                      {".tex", comparison_as_latex}};
  return known;
}

}  // namespace

std::string comparison_as_text(const Comparison& c, bool colour) {
  std::string text;
  for (CompareSection& section : compare_sections(c)) {
    if (section.page_only) continue;
    if (section.rows.size() > section.terminal_rows) {
      section.rows.resize(section.terminal_rows);
      section.notes.insert(section.notes.begin(), section.terminal_note);
    }
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

std::string comparison_as_latex(const Comparison& c) {
  std::string text = latex_comment(summary_line(c)) + latex_comment("needs \\usepackage{booktabs}");
  for (const CompareSection& section : compare_sections(c)) {
    if (section.page_only) continue;
    text += "\n" + latex_comment(section.title);
    if (!section.rows.empty()) text += latex_table(section);
    for (const std::string& note : section.notes) text += latex_comment(note);
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
