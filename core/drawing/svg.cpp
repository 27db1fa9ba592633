#include "core/drawing/svg.h"

#include <fmt/format.h>

#include <cmath>

namespace adrep::svg {
namespace {

Markup title_of(const std::string& title) {
  return title.empty() ? Markup() : element("title", {}, title);
}

}  // namespace

Markup drawing(const std::string& kind, const std::string& label, double width, double height, const Markup& shapes) {
  width = std::ceil(width);
  height = std::ceil(height);
  return element("svg",
                 {{"class", kind},
                  {"role", label.empty() ? "" : "img"},
                  {"aria-label", label},
                  {"aria-hidden", label.empty() ? "true" : ""},
                  {"viewBox", fmt::format("0 0 {} {}", markup_number(width), markup_number(height))},
                  {"width", width},
                  {"height", height}},
                 shapes);
}

Markup line(const std::string& kind, double x1, double y1, double x2, double y2, const std::string& title) {
  return element("line", {{"class", kind}, {"x1", x1}, {"y1", y1}, {"x2", x2}, {"y2", y2}}, title_of(title));
}

Markup rectangle(const std::string& kind, double x, double y, double width, double height) {
  return element("rect", {{"class", kind}, {"x", x}, {"y", y}, {"width", width}, {"height", height}});
}

Markup circle(const std::string& kind, double x, double y, double radius, const std::string& title) {
  return element("circle", {{"class", kind}, {"cx", x}, {"cy", y}, {"r", radius}}, title_of(title));
}

Markup text(const std::string& kind, double x, double y, const std::string& written) {
  return element("text", {{"class", kind}, {"x", x}, {"y", y}}, written);
}

Path& Path::step(char letter, std::initializer_list<double> numbers) {
  text_ += letter;
  for (const double& number : numbers) {
    if (&number != numbers.begin()) text_ += ' ';
    text_ += markup_number(number);
  }
  return *this;
}

Markup path(const std::string& kind, const Path& outline, const std::string& title) {
  return element("path", {{"class", kind}, {"d", outline.str()}}, title_of(title));
}

Markup whisker(const std::string& kind, double from, double to, double y) {
  Path outline;
  outline.move_to(from, y).across_to(to);
  for (const double end : {from, to}) outline.move_to(end, y - 4).down_by(8);
  return path(kind, outline);
}

Markup grid_row(double left, double right, double y, const std::string& value) {
  return line("grid", left, y, right, y) + text("right", left - 6, y + 4, value);
}

Markup grid_column(double x, double top, double bottom, const std::string& value) {
  return line("grid", x, top, x, bottom) + text("tick", x, bottom + 15, value);
}

}  // namespace adrep::svg
