#include "core/base/text_layout.h"

#include <algorithm>
#include <map>
#include <string_view>

namespace adrep {

size_t shown_width(const std::string& text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string padded(const std::string& text, size_t width, bool right) {
  const std::string space(width > shown_width(text) ? width - shown_width(text) : 0, ' ');
  return right ? space + text : text + space;
}

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string latex_text(const std::string& text) {
  static const std::map<std::string, std::string> written = {{"\\", "\\textbackslash{}"},
                                                             {"~", "\\textasciitilde{}"},
                                                             {"^", "\\textasciicircum{}"},
                                                             {"<", "$<$"},
                                                             {">", "$>$"},
                                                             {"−", "$-$"},
                                                             {"±", "$\\pm$"},
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
