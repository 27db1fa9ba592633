#include <fmt/format.h>

#include "benchmarks/layouts/field_text.h"
#include "benchmarks/layouts/layout_formats.h"
#include "core/base/text_layout.h"

namespace adrep {
namespace {

std::string field_as_latex(const LaidOut& table, size_t row, size_t column) {
  std::string text;
  for (const ValueText& value : value_texts(table, table.fields[row][column])) {
    if (!text.empty()) text += "/";
    const std::string shown = value.value == "–" ? "--" : value.value;
    text += value.best ? "\\textbf{" + shown + "}" : shown;
    if (!value.delta.empty()) text += "$_{" + value.delta + "}$";
    if (!value.deviation.empty()) text += "$\\pm$" + value.deviation;
  }
  const std::string marks = own_marks(table, row, column);
  return marks.empty() ? text : text + "$^{\\mathrm{" + marks + "}}$";
}

/// One line of heads with the rules below the ones that span several columns.
std::string head_line(const LaidOut& table, size_t dimension) {
  const std::vector<std::string> headings = row_headings(table);
  const bool last = dimension + 1 == head_depth(table);
  std::string line, rules;
  for (size_t d = 0; d < headings.size(); ++d) line += (d == 0 ? "" : " & ") + (last ? latex_text(headings[d]) : "");
  for (const HeadSpan& span : head_spans(table, dimension, 0, table.columns.size())) {
    line += last ? " & " + latex_text(span.text)
                 : fmt::format(" & \\multicolumn{{{}}}{{c}}{{{}}}", span.count, latex_text(span.text));
    const size_t first = headings.size() + span.first + 1;
    if (!last) rules += fmt::format(" \\cmidrule(lr){{{}-{}}}", first, first + span.count - 1);
  }
  return line + " \\\\" + rules + "\n";
}

/// The rows from `begin` up to `end` in a float of their own.
std::string float_of(const LaidOut& table, size_t begin, size_t end) {
  std::string text = "\\begin{table*}\n\\centering\n\\caption{" + latex_text(table.caption) +
                     (begin > 0 ? " (Continued.)" : "") + "}\n";
  // as wide as the text at most; a narrow one keeps its size
  text += "\\setlength{\\tabcolsep}{3pt}\n\\setbox0=\\hbox{%\n\\begin{tabular}{" +
          std::string(table.layout.rows.size(), 'l') + std::string(table.columns.size(), 'r') + "}\n\\toprule\n";
  for (size_t d = 0; d < head_depth(table); ++d) text += head_line(table, d);
  text += "\\midrule\n";
  for (size_t r = begin; r < end; ++r) {
    if (r > begin && begins_block(table, r)) text += "\\midrule\n";
    const std::vector<std::string> heads = r > begin ? shown_row(table, r) : all_heads(table, r);
    for (size_t d = 0; d < heads.size(); ++d) text += (d == 0 ? "" : " & ") + latex_text(heads[d]);
    for (size_t c = 0; c < table.columns.size(); ++c) text += " & " + field_as_latex(table, r, c);
    text += " \\\\\n";
  }
  text +=
      "\\bottomrule\n\\end{tabular}}%\n"
      "\\ifdim\\wd0>\\textwidth\\resizebox{\\textwidth}{!}{\\box0}\\else\\box0\\fi\n";
  for (const std::string& line : mark_lines(table))
    text += "\\par\\raggedright\\footnotesize " + latex_text(line) + "\n";
  return text + "\\end{table*}\n";
}

/// Where the float that begins at a row ends: at a block's end where one fits.
size_t end_of_float(const LaidOut& table, size_t begin) {
  constexpr size_t most_rows = 45;  // of a page
  if (table.rows.size() - begin <= most_rows) return table.rows.size();
  for (size_t end = begin + most_rows; end > begin + 1; --end)
    if (begins_block(table, end)) return end;
  return begin + most_rows;
}

}  // namespace

std::string layout_as_latex(const LaidOut& table) {
  std::string text = "% needs \\usepackage{booktabs} and \\usepackage{graphicx}\n";
  for (size_t begin = 0; begin < table.rows.size();) {
    const size_t end = end_of_float(table, begin);
    text += float_of(table, begin, end);
    begin = end;
  }
  for (const std::string& note : table.notes) text += "% " + note + "\n";
  return text;
}

}  // namespace adrep
