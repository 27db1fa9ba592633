#include "benchmarks/cells/sealed_lines.h"

#include <algorithm>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/io/sealed_json.h"

namespace adrep {

namespace fs = std::filesystem;
using nlohmann::json;

std::string sealed_line(const json& object) {
  return sealed(object).dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

void for_each_sealed_line(const fs::path& file, const std::string& what, std::vector<std::string>& notes,
                          const std::function<void(const json& content)>& use) {
  std::string text;
  try {
    text = read_file(file);
  } catch (const InputError& unreadable) {
    notes.push_back(unreadable.what());
    return;
  }
  int64_t number = 0;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    const std::string line = text.substr(begin, end - begin), where = fmt::format("{}:{}", file.string(), ++number);
    begin = end + 1;
    try {
      use(read_sealed_json(line, "line of a " + what, where));
    } catch (const InputError& refused) {
      const std::string reason = refused.what();
      notes.push_back(reason.starts_with(where) ? reason : where + ": " + reason);
    } catch (const json::exception& incomplete) {
      notes.push_back(fmt::format("{}: {}", where, incomplete.what()));
    }
  }
}

}  // namespace adrep
