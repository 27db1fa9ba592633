#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/base/schema.h"

namespace adrep {

/// Settings as the user wrote them: full dotted key -> value with its place. Nothing is checked against a schema yet.
using RawConfig = std::map<std::string, RawValue>;

/// Reads a YAML file; nested maps become dotted keys, sequences become lists.
/// Throws InputError with file and line for bad YAML, keys given twice, a second document, or sequences of anything but
/// scalars.
RawConfig read_config_file(const std::filesystem::path& file);

/// Adds "key=value" or "key=a,b" (a list) over what is there. A value with commas that is an existing path, or stands
/// in double quotes, is one value. Throws InputError when there is no '=' or a quote is left open.
void apply_override(RawConfig& config, const std::string& assignment);

/// Whether a word of the command line is key=value: an existing path is not, whatever characters it has.
bool is_assignment(const std::string& word);

/// The file's settings with the assignments over them, a later one over an earlier one.
RawConfig read_config(const std::filesystem::path& file_or_empty, const std::vector<std::string>& assignments);

/// The same of what a user typed: throws InputError for a key that is assigned twice.
RawConfig read_command_line(const std::filesystem::path& file_or_empty, const std::vector<std::string>& assignments);

/// Gives a key that had another name in an earlier version its present one. Throws InputError when both are there.
void rename_key(RawConfig& config, const std::string& before, const std::string& now);

/// The settings as YAML text, sorted by key.
std::string to_yaml(const std::map<std::string, ParamValue>& values);

}  // namespace adrep
