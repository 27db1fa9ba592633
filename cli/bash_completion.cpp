#include "cli/bash_completion.h"

#include <algorithm>

#include "cli/command_words.h"

namespace adrep::cli {
namespace {

/// The script's case statements, filled command by command.
class CompletionCases {
 public:
  explicit CompletionCases(const CLI::App& program) { add_command(program, ""); }

  const std::string& commands() const { return commands_; }
  const std::string& words() const { return words_; }
  const std::string& option_values() const { return option_values_; }

 private:
  using Words = std::vector<std::string>;

  void add_command(const CLI::App& command, const std::string& path) {
    Words words, values, options;
    for (const CLI::App* sub : command.get_subcommands([](const CLI::App*) { return true; })) {
      words.push_back(sub->get_name());
      commands_ += fmt::format("{}'{} {}'", commands_.empty() ? "" : "|", path, sub->get_name());
      add_command(*sub, path.empty() ? sub->get_name() : path + " " + sub->get_name());
    }
    bool takes_arguments = false;
    for (const CLI::Option* option : command.get_options()) {
      if (!option->get_positional()) continue;
      takes_arguments = true;
      append(words, names_of(*option));
    }
    for (const KeySection& section : keys_of(command)) add_keys(section, words, values);
    // the options of the commands above are understood as well
    for (const CLI::App* app = &command; app; app = app->get_parent())
      for (const CLI::Option* option : app->get_options()) add_option(*option, path, options);
    if (words.empty() && !takes_arguments) words = options;
    words_ += fmt::format("    '{}') offered='{}' values='{}' flags='{}' ;;\n", path, fmt::join(words, " "),
                          fmt::join(values, " "), fmt::join(options, " "));
  }

  static void add_keys(const KeySection& section, Words& words, Words& values) {
    for (const Param& param : section.params->all()) {
      const std::string key = section.prefix + param.name + "=";
      words.push_back(key);
      append(values, param.choices, key);
      if (std::holds_alternative<bool>(param.default_value)) append(values, {"true", "false"}, key);
    }
  }

  void add_option(const CLI::Option& option, const std::string& path, Words& options) {
    Words typed;
    for (const std::string& name : option.get_lnames()) typed.push_back("--" + name);
    for (const std::string& name : option.get_snames()) typed.push_back("-" + name);
    for (const std::string& name : typed) {
      if (std::find(options.begin(), options.end(), name) != options.end()) continue;
      options.push_back(name);
      if (option.get_items_expected_max() > 0)
        option_values_ += fmt::format("    '{} {}') offered='{}' ;;\n", path, name, fmt::join(names_of(option), " "));
    }
  }

  /// "kind:FILE" stands for all that begins with "kind:".
  static void append(Words& words, const Words& names, const std::string& key = "") {
    for (const std::string& name : names)
      words.push_back(key + (name.ends_with(":FILE") ? name.substr(0, name.find(':') + 1) : name));
  }

  std::string commands_, words_, option_values_;
};

}  // namespace

std::string bash_completion(const CLI::App& program, const std::string& complete_options) {
  const CompletionCases cases(program);
  // the command so far is read from the line: bash splits COMP_WORDS at '=' and ':'; words, path
  // and options would be names of zsh's own
  return R"(_adrep() {
  local IFS=$' \t\n' line=${COMP_LINE:0:$COMP_POINT} place="" previous="" typed="" offered="" values="" flags=""
  local word=${line##*[[:space:]]}
  for typed in ${line%"$word"}; do
    case "$place $typed" in
      )" +
         cases.commands() + R"() place="${place:+$place }$typed" ;;
    esac
    previous=$typed
  done
  case "$place" in
)" + cases.words() +
         R"(  esac
  case "$word" in
    -*) offered=$flags ;;
    *=*) offered=$values ;;
  esac
  case "$place $previous" in
)" + cases.option_values() +
         R"(  esac
  # of a list, its last item
  local wanted=$word before="" found=""
  case "$word" in *=*,*) wanted="${word%%=*}=${word##*,}" before="${word%,*}," ;; esac
  # bash replaces what stands behind the last of its word breaks
  local replaced=$word
  case "${COMP_WORDBREAKS-}" in *=*) replaced=${replaced##*=} ;; esac
  case "${COMP_WORDBREAKS-}" in *:*) replaced=${replaced##*:} ;; esac
  local kept=$(( ${#word} - ${#replaced} ))
  COMPREPLY=()
  for found in $(compgen -W "$offered" -- "$wanted"); do
    [ -n "$before" ] && found=$before${found#*=}
    COMPREPLY+=("${found:$kept}")
  done
  case "${COMPREPLY[*]}" in *[=:]) compopt -o nospace 2>/dev/null ;; esac
  return 0
}
complete )" +
         complete_options + " -F _adrep adrep\n";
}

}  // namespace adrep::cli
