#include "cli/config_words.h"

namespace adrep::cli {

ConfigWords divided(const std::vector<std::string>& words) {
  ConfigWords divided;
  for (const std::string& word : words) {
    if (is_assignment(word)) {
      divided.assignments.push_back(word);
    } else if (divided.file.empty()) {
      divided.file = word;
    } else {
      throw_input("command line: '{}' and '{}': only one configuration file can be given; settings are key=value",
                  divided.file, word);
    }
  }
  return divided;
}

void print_combinations(const std::optional<Matrix>& matrix, const std::vector<Combination>& combinations,
                        const std::string& file) {
  if (!matrix)
    throw_input("--print-plan: {} is no sweep with axes: --print-config prints its settings",
                file.empty() ? "the command line" : file);
  fmt::print("{}", plan_text(*matrix, combinations));
}

RawConfig config_of(const std::vector<std::string>& words) {
  const ConfigWords given = divided(words);
  return read_command_line(given.file, given.assignments);
}

}  // namespace adrep::cli
