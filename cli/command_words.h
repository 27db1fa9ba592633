#pragma once
#include <CLI/CLI.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/base/schema.h"

namespace adrep::cli {

/// Declared parameters that a command takes as key=value words.
struct KeySection {
  const ParamList* params;
  std::string prefix = {};          ///< "patchcore.", mostly none
  std::string heading = {"keys:"};  ///< line above them in the help, "" for none
};

using KeySections = std::function<std::vector<KeySection>()>;
using Names = std::function<std::vector<std::string>()>;

/// Says once which keys a command takes: its help shows `examples` and them, and shell completion offers them.
void takes_keys(CLI::App& command, const std::string& examples, const KeySections& sections);

/// The same for a command whose help shows no keys.
void takes_keys(CLI::App& command, const KeySections& sections);

/// Says which names an option's value or a command's argument mostly is, for shell completion.
void takes_names(const CLI::Option* option, const Names& names);

/// What takes_keys said; none for other commands.
std::vector<KeySection> keys_of(const CLI::App& command);

/// What takes_names said, else the members that CLI::IsMember allows; none where any text may be meant.
std::vector<std::string> names_of(const CLI::Option& option);

/// The format that a file's ending stands for, by ending: {".md", "markdown"}. Throws InputError that names the
/// endings.
std::string format_by_ending(const std::string& output,
                             const std::vector<std::pair<std::string, std::string>>& formats);

/// Columns of the terminal that standard output is; 0, no limit, in a log.
size_t terminal_columns();

/// Refuses an empty value, as of a variable that a script has not set.
CLI::Validator not_empty();

/// For transform(), since it writes the number as CLI11 reads it, and check() would do that to a copy: takes a whole
/// number in decimal digits from `least` to `most`. CLI11 by itself (and its Range) takes "010" for 8,
/// and what does not fit for the nearest number that does, or counts it from the other end.
CLI::Validator whole_number(int64_t least, int64_t most);

/// For transform(), too: takes a decimal number from `least` to `most`; CLI::Range lets NaN through.
CLI::Validator decimal_number(double least, double most);

/// All keys of `adrep run`, those of every detector included.
std::vector<KeySection> run_keys();

}  // namespace adrep::cli
