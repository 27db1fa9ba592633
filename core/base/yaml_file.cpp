#include "core/base/yaml_file.h"

#include "core/base/atomic_file.h"

namespace adrep {
namespace {

constexpr uint64_t max_config_bytes = 1 << 20;
constexpr int max_yaml_depth = 16;

std::string place_of(const std::string& file, const YAML::Mark& mark) {
  return mark.is_null() ? file : fmt::format("{}:{}", file, mark.line + 1);
}

void flatten(const YamlFile& file, const YAML::Node& node, const std::string& prefix, int depth, RawConfig& config) {
  if (depth > max_yaml_depth) throw_input("{}: nested too deeply", file.place(node));
  for (const auto& pair : node) {
    const std::string where = file.place(pair.first);
    if (!pair.first.IsScalar()) throw_input("{}: a key must be a word", where);
    const std::string key = prefix + pair.first.Scalar();
    if (pair.second.IsMap()) {
      flatten(file, pair.second, key + ".", depth + 1, config);
      continue;
    }
    RawValue value{{}, pair.second.IsSequence(), where};
    if (value.is_list) {
      for (const YAML::Node& item : pair.second) value.items.push_back(yaml_scalar(file, item, key));
    } else {
      value.items.push_back(yaml_scalar(file, pair.second, key));
    }
    if (const auto [old, added] = config.emplace(key, value); !added)
      throw_input("{}: '{}' is given twice (also in {})", where, key, old->second.where);
  }
}

}  // namespace

std::string YamlFile::place(const YAML::Node& node) const {
  return place_of(name, node.Mark());
}

YamlFile read_yaml(const std::filesystem::path& file) {
  return parse_yaml(read_file(file, max_config_bytes), file.string());
}

YamlFile parse_yaml(const std::string& text, const std::string& name) {
  YamlFile read{name, {}};
  try {
    const std::vector<YAML::Node> documents = YAML::LoadAll(text);
    if (documents.size() > 1)
      throw_input("{}: a second YAML document begins here: one file is one configuration", read.place(documents[1]));
    if (!documents.empty()) read.root = documents[0];
  } catch (const YAML::Exception& bad) {
    throw_input("{}: not valid YAML: {}", place_of(read.name, bad.mark), bad.msg);
  }
  return read;
}

RawConfig yaml_settings(const YamlFile& file, const YAML::Node& map) {
  RawConfig config;
  if (map.IsNull()) return config;
  const std::string where = file.place(map);
  if (!map.IsMap()) throw_input("{}: expected lines of 'key: value'", where);
  try {
    flatten(file, map, "", 0, config);
  } catch (const YAML::Exception& bad) {
    throw_input("{}: not valid YAML: {}", place_of(file.name, bad.mark), bad.msg);
  }
  return config;
}

std::string yaml_scalar(const YamlFile& file, const YAML::Node& node, const std::string& what) {
  if (node.IsNull()) return "";
  if (!node.IsScalar()) throw_input("{}: {}: expected a value or a list of values", file.place(node), what);
  return node.Scalar();
}

}  // namespace adrep
