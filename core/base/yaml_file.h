#pragma once
#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <string>

#include "core/base/config.h"

namespace adrep {

/// A YAML file of one document of at most 1 MiB, with the places of its parts for error lines.
struct YamlFile {
  std::string name;  ///< as it was given
  YAML::Node root;   ///< null for an empty file

  /// "configs/demo.yaml:12"
  std::string place(const YAML::Node& node) const;
};

/// Throws InputError with file and line for bad YAML or a second document.
YamlFile read_yaml(const std::filesystem::path& file);

/// The same of a text; `name` stands in error lines.
YamlFile parse_yaml(const std::string& text, const std::string& name);

/// The settings of a map: nested maps become dotted keys, sequences lists. Throws InputError with file and line for
/// what is no map, keys given twice and sequences of anything but scalars.
RawConfig yaml_settings(const YamlFile& file, const YAML::Node& map);

/// A single value, "" for null. Throws InputError where it is none, naming `what`.
std::string yaml_scalar(const YamlFile& file, const YAML::Node& node, const std::string& what);

}  // namespace adrep
