#include "core/drawing/page_table.h"

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/drawing/page.h"

namespace adrep::html {

PageTable::PageTable(std::vector<TableColumn> columns, std::string kind)
    : columns_(std::move(columns)), kind_(std::move(kind)) {}

void PageTable::row(const std::vector<TableCell>& cells, const std::string& kind) {
  ADREP_ASSERT(cells.size() == columns_.size(), "{} cells in {} columns", cells.size(), columns_.size());
  Markup row;
  for (size_t c = 0; c < cells.size(); ++c) {
    std::string kinds = columns_[c].numbers ? "n" : "";
    if (!kinds.empty() && !cells[c].kind.empty()) kinds += " ";
    row += element("td", {{"class", kinds + cells[c].kind}, {"title", cells[c].title}}, cells[c].content);
  }
  rows_ += element("tr", {{"class", kind}}, row);
}

Markup PageTable::markup() const {
  Markup headings;
  for (const TableColumn& column : columns_)
    headings += element("th", {{"class", column.numbers ? "n" : ""}}, column.heading);
  return scrolled(element("table", {{"class", kind_}},
                          element("thead", {}, element("tr", {}, headings)) + element("tbody", {}, rows_)));
}

}  // namespace adrep::html
