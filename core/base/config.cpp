#include "core/base/config.h"

#include <set>

#include "core/base/yaml_file.h"

namespace adrep {
namespace {

/// The items of a value on the command line: parts between commas, of which one in double quotes may hold commas.
std::vector<std::string> items_of(const std::string& text, const std::string& assignment) {
  std::vector<std::string> items;
  size_t at = 0;
  while (true) {
    std::string item;
    if (at < text.size() && text[at] == '"') {
      const size_t end = text.find('"', at + 1);
      if (end == std::string::npos || (end + 1 < text.size() && text[end + 1] != ','))
        throw_input("command line: {}: a quoted value ends with '\"', before a comma or the end", assignment);
      item = text.substr(at + 1, end - at - 1);
      at = end + 1;
    } else {
      const size_t end = std::min(text.find(',', at), text.size());
      item = text.substr(at, end - at);
      at = end;
    }
    items.push_back(std::move(item));
    if (at >= text.size()) return items;
    ++at;  // the comma
  }
}

bool is_there(const std::string& path) {
  std::error_code unknown;
  return std::filesystem::exists(path, unknown);
}

std::string quoted_if_needed(const std::string& text) {
  const bool plain = !text.empty() && text.find_first_of(":#{}[],&*!|>'\"%@` \n\t\\") == std::string::npos;
  if (plain) return text;
  std::string escaped;
  for (char c : text)
    escaped += (c == '"' || c == '\\') ? std::string("\\") + c : c == '\n' ? "\\n" : std::string(1, c);
  return '"' + escaped + '"';
}

}  // namespace

RawConfig read_config_file(const std::filesystem::path& file) {
  const YamlFile read = read_yaml(file);
  return yaml_settings(read, read.root);
}

void apply_override(RawConfig& config, const std::string& assignment) {
  const size_t equals = assignment.find('=');
  if (equals == std::string::npos || equals == 0)
    throw_input("command line: '{}': expected key=value, for example detector=patchcore", assignment);
  const std::string value = assignment.substr(equals + 1);
  const bool whole = value.find(',') == std::string::npos || is_there(value);
  const std::vector<std::string> items =
      whole && !value.starts_with('"') ? std::vector{value} : items_of(value, assignment);
  config[assignment.substr(0, equals)] = {items, items.size() > 1 || (!whole && !value.starts_with('"')),
                                          "command line"};
}

bool is_assignment(const std::string& word) {
  const size_t equals = word.find('=');
  return equals != std::string::npos && equals > 0 && !is_there(word);
}

RawConfig read_config(const std::filesystem::path& file_or_empty, const std::vector<std::string>& assignments) {
  RawConfig config;
  if (!file_or_empty.empty()) config = read_config_file(file_or_empty);
  for (const std::string& assignment : assignments) apply_override(config, assignment);
  return config;
}

RawConfig read_command_line(const std::filesystem::path& file_or_empty, const std::vector<std::string>& assignments) {
  std::set<std::string> keys;
  for (const std::string& assignment : assignments) {
    const std::string key = assignment.substr(0, assignment.find('='));
    if (!keys.insert(key).second)
      throw_input("command line: '{}' is given twice: give several values as {}=a,b", key, key);
  }
  return read_config(file_or_empty, assignments);
}

void rename_key(RawConfig& config, const std::string& before, const std::string& now) {
  const auto old = config.find(before);
  if (old == config.end()) return;
  if (config.contains(now))
    throw_input("{}: {} is the earlier name of {}, which is given, too: give one of them", old->second.where, before,
                now);
  RawValue value = old->second;
  config.erase(old);
  config[now] = std::move(value);
}

std::string to_yaml(const std::map<std::string, ParamValue>& values) {
  std::string text;
  for (const auto& [key, value] : values) {
    if (const auto* list = std::get_if<std::vector<std::string>>(&value)) {
      text += key + ": [";
      for (size_t i = 0; i < list->size(); ++i) text += (i ? ", " : "") + quoted_if_needed((*list)[i]);
      text += "]\n";
    } else {
      const bool is_text = std::holds_alternative<std::string>(value);
      text += key + ": " + (is_text ? quoted_if_needed(to_text(value)) : to_text(value)) + "\n";
    }
  }
  return text;
}

}  // namespace adrep
