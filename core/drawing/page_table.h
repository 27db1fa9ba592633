#pragma once
#include <concepts>
#include <string>
#include <utility>
#include <vector>

#include "core/drawing/markup.h"

namespace adrep::html {

/// A cell of a table. `kind` names classes of the style sheet; `title` is what a reader is told who points at it.
struct TableCell {
  template <std::convertible_to<Markup> Content>
  TableCell(const Content& shown, std::string classes = "", std::string told = "")
      : content(shown), kind(std::move(classes)), title(std::move(told)) {}

  Markup content;
  std::string kind, title;
};

/// Columns of numbers stand at their right ends.
struct TableColumn {
  Markup heading;
  bool numbers = false;
};

/// A table with a line of headings, which scrolls sideways where it is wider than the screen.
class PageTable {
 public:
  explicit PageTable(std::vector<TableColumn> columns, std::string kind = "");

  /// A cell for each column; another number of them is an assertion.
  void row(const std::vector<TableCell>& cells, const std::string& kind = "");
  Markup markup() const;

 private:
  std::vector<TableColumn> columns_;
  std::string kind_;
  Markup rows_;
};

}  // namespace adrep::html
