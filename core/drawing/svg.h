#pragma once
#include <initializer_list>
#include <string>

#include "core/drawing/markup.h"

/// Drawings as SVG. Lengths are in pixels from the top left. `kind` names the classes of the style sheet
/// (page_style.h) that say how a shape looks; `title` is what a reader is told who points at it, "" for nothing.
namespace adrep::svg {

/// A drawing of a page, in whole pixels. `label` is read to those who do not see it; without one it is hidden from
/// them.
Markup drawing(const std::string& kind, const std::string& label, double width, double height, const Markup& shapes);

Markup line(const std::string& kind, double x1, double y1, double x2, double y2, const std::string& title = "");
Markup rectangle(const std::string& kind, double x, double y, double width, double height);
Markup circle(const std::string& kind, double x, double y, double radius, const std::string& title = "");
/// The left end, the middle or the right end of its base line is at (x, y), as `kind` says.
Markup text(const std::string& kind, double x, double y, const std::string& written);

/// An outline, step by step.
class Path {
 public:
  Path& move_to(double x, double y) { return step('M', {x, y}); }
  Path& line_to(double x, double y) { return step('L', {x, y}); }
  /// A line to (x, y), or the start there where nothing is drawn yet.
  Path& join(double x, double y) { return empty() ? move_to(x, y) : line_to(x, y); }
  /// Along from where the last step ended: to x or y, or by so much.
  Path& across_to(double x) { return step('H', {x}); }
  Path& down_to(double y) { return step('V', {y}); }
  Path& across_by(double width) { return step('h', {width}); }
  Path& down_by(double height) { return step('v', {height}); }
  Path& close() { return step('Z', {}); }

  bool empty() const { return text_.empty(); }
  const std::string& str() const { return text_; }

 private:
  Path& step(char letter, std::initializer_list<double> numbers);
  std::string text_;
};
Markup path(const std::string& kind, const Path& outline, const std::string& title = "");

/// A range as a line at the height y with strokes at its ends.
Markup whisker(const std::string& kind, double from, double to, double y);

/// Lines of a plot's grid with the values that they stand for: to the left of a row, below a column.
Markup grid_row(double left, double right, double y, const std::string& value);
Markup grid_column(double x, double top, double bottom, const std::string& value);

}  // namespace adrep::svg
