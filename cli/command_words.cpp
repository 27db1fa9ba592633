#include "cli/command_words.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <map>

#include "benchmarks/plan/pretrain_keys.h"
#include "benchmarks/plan/run_settings.h"
#include "core/base/error.h"

namespace adrep::cli {
namespace {

/// CLI11 has no place for what belongs to a command, so it is kept beside it.
std::map<const CLI::App*, KeySections>& declared_keys() {
  static std::map<const CLI::App*, KeySections> keys;
  return keys;
}

std::map<const CLI::Option*, Names>& declared_names() {
  static std::map<const CLI::Option*, Names> names;
  return names;
}

/// One line or two for each parameter: key, type and bounds, default, doc, example.
std::string parameter_help(const KeySection& section) {
  std::string text = section.heading.empty() ? "" : section.heading + "\n";
  for (const Param& param : section.params->all()) {
    const std::string value = to_text(param.default_value);
    text += fmt::format("  {}{}=  {}, default {}\n      {}{}\n", section.prefix, param.name, param.type_text(),
                        value.empty() ? "empty" : value, param.doc,
                        param.example.empty() ? "" : "; example: " + param.example);
  }
  return text;
}

/// CLI11 reads what this leaves in `text`.
template <class T>
CLI::Validator number_between(T least, T most, const std::string& kind) {
  const auto check = [=](std::string& text) -> std::string {
    T value{};
    const char* end = text.data() + text.size();
    const auto [stop, failed] = std::from_chars(text.data(), end, value);
    if (failed != std::errc() || stop != end || !(value >= least && value <= most))
      return fmt::format("'{}': give {} from {} to {}", text, kind, least, most);
    text = fmt::format("{}", value);
    return "";
  };
  return CLI::Validator(check, "");
}

}  // namespace

void takes_keys(CLI::App& command, const KeySections& sections) {
  declared_keys()[&command] = sections;
}

void takes_keys(CLI::App& command, const std::string& examples, const KeySections& sections) {
  takes_keys(command, sections);
  command.footer([examples, sections] {
    std::string text = examples + "\n";
    for (const KeySection& section : sections()) text += parameter_help(section);
    return text;
  });
}

void takes_names(const CLI::Option* option, const Names& names) {
  declared_names()[option] = names;
}

std::vector<KeySection> keys_of(const CLI::App& command) {
  const auto place = declared_keys().find(&command);
  return place == declared_keys().end() ? std::vector<KeySection>() : place->second();
}

std::vector<std::string> names_of(const CLI::Option& option) {
  if (const auto place = declared_names().find(&option); place != declared_names().end()) return place->second();
  const std::string type = option.get_type_name();  // "TEXT:{bash,zsh}"
  const size_t begin = type.find('{'), end = type.find('}');
  if (begin == std::string::npos || end == std::string::npos) return {};
  return CLI::detail::split(type.substr(begin + 1, end - begin - 1), ',');
}

std::string format_by_ending(const std::string& output,
                             const std::vector<std::pair<std::string, std::string>>& formats) {
  const std::string own = std::filesystem::path(output).extension().string();
  std::string endings;
  for (size_t f = 0; f < formats.size(); ++f) {
    const auto& [ending, format] = formats[f];
    if (ending == own) return format;
    endings += (f == 0 ? "" : f + 1 == formats.size() ? " or " : ", ") + ending;
  }
  throw_input("--output {}: give --format, or a file that ends in {}", output, endings);
}

size_t terminal_columns() {
  winsize size{};
  if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return 0;
  return size.ws_col;
}

CLI::Validator not_empty() {
  return CLI::Validator([](const std::string& text) { return std::string(text.empty() ? "give a value" : ""); }, "");
}

CLI::Validator whole_number(int64_t least, int64_t most) {
  return number_between(least, most, "a whole number");
}

CLI::Validator decimal_number(double least, double most) {
  return number_between(least, most, "a number");
}

std::vector<KeySection> run_keys() {
  std::vector<KeySection> sections = {
      {&params_of<RunSettings>(), "",
       "keys (in CONFIG as YAML, or key=value; a list on a single-value key is a sweep):"}};
  for (const auto& [name, entry] : DetectorRegistry::instance().all())
    sections.push_back({entry.params, name + ".", fmt::format("keys of {} ({}):", name, entry.doc_text)});
  const size_t of_run = sections.size();
  for (const PretrainKeySection& section : pretrain_key_sections())
    sections.push_back({&section.params, section.prefix,
                        sections.size() > of_run ? "" : "keys of the pretraining that projector.pretrain names:"});
  return sections;
}

}  // namespace adrep::cli
