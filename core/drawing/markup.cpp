#include "core/drawing/markup.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/base/error.h"

namespace adrep {
namespace {

/// HTML's elements that never have content, and SVG's shapes, which have none but a title.
bool closes_itself(std::string_view name) {
  constexpr std::string_view names[] = {"br", "img", "link", "meta", "circle", "line", "path", "rect"};
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

}  // namespace

std::string html_text(std::string_view text) {
  std::string safe;
  safe.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '"':
        safe += "&quot;";
        break;
      case '\'':
        safe += "&#39;";
        break;
      default:
        safe += c;
    }
  }
  return safe;
}

std::string markup_number(double value) {
  std::string text = fmt::format("{:.2f}", value);
  if (!std::isfinite(value)) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text == "-0" ? "0" : text;
}

Markup element(std::string_view name, const std::vector<Attribute>& attributes, const Markup& content) {
  Markup made;
  std::string& text = made.written_;
  text = fmt::format("<{}", name);
  for (const Attribute& attribute : attributes)
    if (!attribute.value.empty()) text += fmt::format(" {}=\"{}\"", attribute.name, html_text(attribute.value));
  if (content.empty() && closes_itself(name)) {
    text += "/>";
  } else {
    text += ">" + content.str();
    text += fmt::format("</{}>", name);
  }
  return made;
}

Markup style_element(std::string_view sheet) {
  ADREP_ASSERT(sheet.find('<') == std::string_view::npos, "a style sheet holds <");
  Markup made;
  made.written_ = fmt::format("<style>{}</style>", sheet);
  return made;
}

}  // namespace adrep
