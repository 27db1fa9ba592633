#include "core/base/text_layout.h"

#include <algorithm>
#include <map>
#include <string_view>

namespace adrep {

size_t shown_width(const std::string& text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string shortened(const std::string& text, size_t width) {
  if (shown_width(text) <= width) return text;
  if (width == 0) return "";
  size_t end = 0;
  for (size_t shown = 0; end < text.size(); ++end)
    if ((text[end] & 0xC0) != 0x80 && ++shown == width) break;
  return text.substr(0, end) + "…";
}

std::string padded(const std::string& text, size_t width, bool right) {
  const std::string space(width > shown_width(text) ? width - shown_width(text) : 0, ' ');
  return right ? space + text : text + space;
}

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
  std::string quoted = "\"";
  for (char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string csv_label(const std::string& text) {
  const bool formula = !text.empty() && std::string_view("=+-@").find(text.front()) != std::string_view::npos;
  return csv_field(formula ? "'" + text : text);
}

std::string markdown_text(const std::string& text) {
  std::string escaped;
  for (char c : text) {
    if (std::string_view("\\`*_[]<>|~").find(c) != std::string_view::npos) escaped += '\\';
    escaped += c == '\n' || c == '\r' ? ' ' : c;
  }
  return escaped;
}

std::string latex_text(const std::string& text) {
  static const std::map<std::string, std::string> written = {{"\\", "\\textbackslash{}"},
                                                             {"~", "\\textasciitilde{}"},
                                                             {"^", "\\textasciicircum{}"},
                                                             {"<", "$<$"},
                                                             {">", "$>$"},
                                                             {"−", "$-$"},
                                                             {"±", "$\\pm$"},
                                                             {"×", "$\\times$"},
                                                             {"≤", "$\\leq$"},
                                                             {"≥", "$\\geq$"},
                                                             {"→", "$\\rightarrow$"},
                                                             {"α", "$\\alpha$"},
                                                             {"β", "$\\beta$"},
                                                             {"γ", "$\\gamma$"},
                                                             {"δ", "$\\delta$"},
                                                             {"ε", "$\\epsilon$"},
                                                             {"λ", "$\\lambda$"},
                                                             {"μ", "$\\mu$"},
                                                             {"σ", "$\\sigma$"},
                                                             {"τ", "$\\tau$"},
                                                             {"ω", "$\\omega$"},
                                                             {"Δ", "$\\Delta$"},
                                                             {"\n", " "},
                                                             {"\r", " "}};
  std::string escaped;
  for (size_t at = 0; at < text.size();) {
    const auto sign = std::find_if(written.begin(), written.end(), [&](const auto& known) {
      return text.compare(at, known.first.size(), known.first) == 0;
    });
    if (sign != written.end()) {
      escaped += sign->second;
      at += sign->first.size();
      continue;
    }
    if (std::string_view("_&%#${}").find(text[at]) != std::string_view::npos) escaped += '\\';
    escaped += text[at++];
  }
  return escaped;
}

}  // namespace adrep
