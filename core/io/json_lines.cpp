#include "core/io/json_lines.h"

#include "core/base/error.h"
#include "core/io/csv.h"

namespace adrep {

void for_each_json_line(std::string_view text, const std::string& where, const std::string& hint,
                        const std::function<void(const nlohmann::json& object, int64_t line)>& use) {
  require_utf8(text, where);
  size_t begin = 0;
  for (int64_t line = 1; begin < text.size(); ++line) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view content = text.substr(begin, end - begin);
    begin = end + 1;
    if (content.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    const nlohmann::json object = nlohmann::json::parse(content, nullptr, false);
    if (!object.is_object()) throw_input("{}:{}: not a JSON object{}", where, line, hint);
    use(object, line);
  }
}

}  // namespace adrep
