#include "cli/man_pages.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "cli/command_words.h"
#include "core/base/version.h"

namespace adrep::cli {
namespace {

using Commands = std::vector<const CLI::App*>;

/// Text as roff shows it unchanged: nothing of it is a request or an escape.
std::string roff(const std::string& text) {
  std::string made;
  for (const char c : text) {
    const bool begins_line = made.empty() || made.back() == '\n';
    if (begins_line && (c == '.' || c == '\'')) made += "\\&";
    if (c == '\\')
      made += "\\e";
    else if (c == '-')
      made += "\\-";
    else if (c == '|')
      made += "|\\:";  // a line may end there: lists of names are longer than one
    else
      made += c;
  }
  return made;
}

Commands commands_below(const CLI::App& command) {
  Commands shown;
  for (const CLI::App* sub : command.get_subcommands([](const CLI::App*) { return true; }))
    if (!sub->get_group().empty()) shown.push_back(sub);
  return shown;
}

std::string page_name(const std::string& path) {
  std::string name = path;
  std::replace(name.begin(), name.end(), ' ', '-');
  return name;
}

std::string tagged(const std::string& tag, const std::string& text) {
  return fmt::format(".TP\n.B {}\n{}\n", roff(tag), roff(text.empty() ? "\xE2\x80\x94" : text));
}

bool is_flag(const CLI::Option& option) {
  return option.get_items_expected_max() == 0;
}

/// What an option is called: "\-o, \-\-output VALUE".
std::string option_tag(const CLI::Option& option) {
  std::string names;
  for (const std::string& name : option.get_snames()) names += (names.empty() ? "-" : ", -") + name;
  for (const std::string& name : option.get_lnames()) names += (names.empty() ? "--" : ", --") + name;
  return is_flag(option) ? names : names + " VALUE";
}

std::string option_text(const CLI::Option& option) {
  const std::vector<std::string> names = names_of(option);
  std::string text = option.get_description();
  if (!names.empty()) text += fmt::format("{}one of {}", text.empty() ? "" : "; ", fmt::join(names, ", "));
  if (!option.get_default_str().empty()) text += fmt::format(" (default {})", option.get_default_str());
  return text;
}

std::string synopsis(const CLI::App& command, const std::string& path) {
  std::string line = fmt::format(".B {}\n", roff(path));
  std::string rest = "[OPTIONS]";
  for (const CLI::Option* option : command.get_options()) {
    if (!option->get_positional()) continue;
    const std::string own = option->get_option_text();
    rest += " " + (own.empty() ? option->get_name() : own);
  }
  if (!commands_below(command).empty()) rest += command.get_require_subcommand_min() > 0 ? " COMMAND" : " [COMMAND]";
  return ".SH SYNOPSIS\n" + line + roff(rest) + "\n";
}

std::string arguments_and_options(const CLI::App& command) {
  std::string arguments, options;
  for (const CLI::Option* option : command.get_options()) {
    if (option->get_positional())
      arguments += tagged(option->get_name(), option_text(*option));
    else if (!option->get_group().empty())
      options += tagged(option_tag(*option), option_text(*option));
  }
  return (arguments.empty() ? "" : ".SH ARGUMENTS\n" + arguments) + (options.empty() ? "" : ".SH OPTIONS\n" + options);
}

std::string without_colon(std::string heading) {
  while (heading.ends_with(':') || heading.ends_with(' ')) heading.pop_back();
  return heading;
}

std::string man_keys(const CLI::App& command) {
  std::string text;
  for (const KeySection& section : keys_of(command)) {
    if (text.empty()) text = ".SH KEYS\nSettings, written as key=value.\n";
    if (!section.heading.empty()) text += fmt::format(".SS \"{}\"\n", roff(without_colon(section.heading)));
    for (const Param& param : section.params->all()) {
      const std::string value = to_text(param.default_value);
      text += tagged(section.prefix + param.name + "=",
                     fmt::format("{}; {}, default {}{}", param.doc, param.type_text(), value.empty() ? "empty" : value,
                                 param.example.empty() ? "" : "; example: " + param.example));
    }
  }
  return text;
}

/// What a command says below its options, without the keys, which have a section of their own.
std::string man_notes(const CLI::App& command) {
  std::istringstream lines(command.get_footer());
  std::string text;
  const bool has_keys = !keys_of(command).empty();
  for (std::string line; std::getline(lines, line);) {
    const bool keys_begin = has_keys && line.ends_with(":") && line.starts_with("keys");
    if (keys_begin || (has_keys && line.find("=  ") != std::string::npos)) break;
    if (!line.empty()) text += roff(line) + "\n.br\n";
  }
  return text.empty() ? "" : ".SH NOTES\n" + text;
}

std::string related(const CLI::App& command, const std::string& path) {
  std::string text;
  for (const CLI::App* sub : commands_below(command))
    text += tagged(page_name(path + " " + sub->get_name()) + "(1)", sub->get_description());
  return text.empty() ? "" : ".SH COMMANDS\n" + text;
}

void add_pages(const CLI::App& command, const std::string& path, std::vector<ManPage>& pages) {
  const std::string name = page_name(path);
  std::string about = command.get_description();
  if (about.starts_with("adrep: ")) about = about.substr(7);
  std::string text = fmt::format(".TH {} 1 \"\" \"adrep {}\" \"adrep\"\n.ad l\n.nh\n", name, version());
  text += fmt::format(".SH NAME\n{} \\- {}\n", roff(name), roff(about));
  text += synopsis(command, path) + related(command, path) + arguments_and_options(command) + man_keys(command) +
          man_notes(command);
  if (name != "adrep") text += ".SH SEE ALSO\n.BR adrep (1)\n";
  pages.push_back({name, std::move(text)});
  for (const CLI::App* sub : commands_below(command)) add_pages(*sub, path + " " + sub->get_name(), pages);
}

}  // namespace

std::vector<ManPage> man_pages(const CLI::App& program) {
  std::vector<ManPage> pages;
  add_pages(program, program.get_name(), pages);
  return pages;
}

}  // namespace adrep::cli
