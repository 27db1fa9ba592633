#include <fmt/format.h>

#include "benchmarks/layouts/field_text.h"
#include "benchmarks/layouts/layout_formats.h"
#include "core/base/text_layout.h"

namespace adrep {
namespace {

std::string field_as_markdown(const LaidOut& table, size_t row, size_t column) {
  std::string text;
  for (const ValueText& value : value_texts(table, table.fields[row][column])) {
    if (!text.empty()) text += "/";
    text += value.best ? "**" + value.value + "**" : value.value;
    if (!value.delta.empty()) text += "<sub>" + value.delta + "</sub>";
    if (!value.deviation.empty()) text += " ± " + value.deviation;
  }
  const std::string marks = own_marks(table, row, column);
  return marks.empty() ? text : text + " <sup>" + marks + "</sup>";
}

}  // namespace

std::string layout_as_markdown(const LaidOut& table) {
  // Markdown has one line of heads: those of a column are joined
  std::string head = "|", rule = "|";
  for (const std::string& heading : row_headings(table)) {
    head += " " + markdown_text(heading) + " |";
    rule += "---|";
  }
  for (size_t c = 0; c < table.columns.size(); ++c) {
    std::string joined;
    for (size_t d = 0; d < head_depth(table); ++d)
      joined += (d == 0 ? "" : " · ") + markdown_text(head_spans(table, d, c, c + 1).front().text);
    head += " " + joined + " |";
    rule += "---:|";
  }
  std::string text = markdown_text(table.caption) + "\n\n" + head + "\n" + rule + "\n";
  for (size_t r = 0; r < table.rows.size(); ++r) {
    text += "|";
    for (const std::string& heading : shown_row(table, r)) text += " " + markdown_text(heading) + " |";
    for (size_t c = 0; c < table.columns.size(); ++c) text += " " + field_as_markdown(table, r, c) + " |";
    text += "\n";
  }
  text += "\n";
  for (const std::string& line : mark_lines(table)) text += "- " + markdown_text(line) + "\n";
  for (const std::string& note : table.notes) text += "- " + markdown_text(note) + "\n";
  return text;
}

}  // namespace adrep
