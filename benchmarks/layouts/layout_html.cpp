#include "benchmarks/layouts/field_text.h"
#include "benchmarks/layouts/layout_formats.h"
#include "core/drawing/page.h"

namespace adrep {
namespace {

Markup field_as_html(const LaidOut& table, size_t row, size_t column) {
  Markup content;
  for (const ValueText& value : value_texts(table, table.fields[row][column])) {
    if (!content.empty()) content += "/";
    content += value.best ? html::bold(value.value) : Markup(value.value);
    if (!value.delta.empty())
      content += element("sub", {{"class", value.delta.starts_with('-') ? "down" : ""}}, value.delta);
    if (!value.deviation.empty()) content += " ± " + value.deviation;
  }
  if (const std::string marks = own_marks(table, row, column); !marks.empty()) content += element("sup", {}, marks);
  return element("td", {{"class", "n"}}, content);
}

Markup head_row(const LaidOut& table, size_t dimension) {
  const bool last = dimension + 1 == head_depth(table);
  Markup cells;
  for (const std::string& heading : row_headings(table)) cells += element("th", {}, last ? heading : "");
  for (const HeadSpan& span : head_spans(table, dimension, 0, table.columns.size())) {
    if (last)
      cells += element("th", {{"class", "n"}}, span.text);
    else
      cells += element("th", {{"class", "over"}, {"colspan", span.count}}, span.text);
  }
  return element("tr", {}, cells);
}

}  // namespace

std::string layout_as_html(const LaidOut& table) {
  Markup heads, rows;
  for (size_t d = 0; d < head_depth(table); ++d) heads += head_row(table, d);
  for (size_t r = 0; r < table.rows.size(); ++r) {
    Markup cells;
    for (const std::string& head : shown_row(table, r)) cells += element("td", {}, head);
    for (size_t c = 0; c < table.columns.size(); ++c) cells += field_as_html(table, r, c);
    const bool mean = table.layout.means && table.rows[r].back() == "mean";
    rows += element("tr", {{"class", mean ? "mean" : begins_block(table, r) ? "first" : ""}}, cells);
  }
  Markup body = html::heading(table.layout.title.empty() ? "Results" : table.layout.title);
  body += html::paragraph(table.caption, "lead");
  body += html::scrolled(element("table", {}, element("thead", {}, heads) + element("tbody", {}, rows)));
  body += html::list(mark_lines(table));
  body += html::list(table.notes);
  return html::page(table.layout.title.empty() ? "adrep table" : table.layout.title, body);
}

}  // namespace adrep
