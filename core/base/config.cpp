#include "core/base/config.h"

#include <yaml-cpp/yaml.h>

#include "core/base/atomic_file.h"

namespace adrep {
namespace {

constexpr uint64_t max_config_bytes = 1 << 20;
constexpr int max_yaml_depth = 16;

std::string place(const std::string& file, const YAML::Mark& mark) {
  return mark.is_null() ? file : fmt::format("{}:{}", file, mark.line + 1);
}

std::string scalar_of(const YAML::Node& node, const std::string& where, const std::string& key) {
  if (node.IsNull()) return "";
  if (!node.IsScalar()) throw_input("{}: {}: expected a value or a list of values", where, key);
  return node.Scalar();
}

void flatten(const YAML::Node& node, const std::string& prefix, const std::string& file, int depth, RawConfig& config) {
  if (depth > max_yaml_depth) throw_input("{}: nested too deeply", place(file, node.Mark()));
  for (const auto& pair : node) {
    const std::string where = place(file, pair.first.Mark());
    if (!pair.first.IsScalar()) throw_input("{}: a key must be a word", where);
    const std::string key = prefix + pair.first.Scalar();
    if (pair.second.IsMap()) {
      flatten(pair.second, key + ".", file, depth + 1, config);
      continue;
    }
    RawValue value{{}, pair.second.IsSequence(), where};
    if (value.is_list) {
      for (const YAML::Node& item : pair.second) value.items.push_back(scalar_of(item, where, key));
    } else {
      value.items.push_back(scalar_of(pair.second, where, key));
    }
    if (const auto [old, added] = config.emplace(key, value); !added)
      throw_input("{}: '{}' is given twice (also in {})", where, key, old->second.where);
  }
}

std::vector<std::string> split_at_commas(const std::string& text) {
  std::vector<std::string> items;
  size_t begin = 0;
  for (size_t comma = text.find(','); comma != std::string::npos; begin = comma + 1, comma = text.find(',', begin))
    items.push_back(text.substr(begin, comma - begin));
  items.push_back(text.substr(begin));
  return items;
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
  const std::string text = read_file(file, max_config_bytes);
  RawConfig config;
  try {
    const YAML::Node root = YAML::Load(text);
    if (root.IsNull()) return config;
    if (!root.IsMap()) throw_input("{}: expected lines of 'key: value'", file.string());
    flatten(root, "", file.string(), 0, config);
  } catch (const YAML::Exception& bad) {
    throw_input("{}: not valid YAML: {}", place(file.string(), bad.mark), bad.msg);
  }
  return config;
}

void apply_override(RawConfig& config, const std::string& assignment) {
  const size_t equals = assignment.find('=');
  if (equals == std::string::npos || equals == 0)
    throw_input("command line: '{}': expected key=value, for example detector=patchcore", assignment);
  const std::string value = assignment.substr(equals + 1);
  config[assignment.substr(0, equals)] = {split_at_commas(value), value.find(',') != std::string::npos, "command line"};
}

RawConfig read_config(const std::filesystem::path& file_or_empty, const std::vector<std::string>& assignments) {
  RawConfig config;
  if (!file_or_empty.empty()) config = read_config_file(file_or_empty);
  for (const std::string& assignment : assignments) apply_override(config, assignment);
  return config;
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
