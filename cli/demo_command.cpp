#include <fmt/format.h>

#include <algorithm>

#include "benchmarks/layouts/embedded_files.h"
#include "cli/command.h"
#include "cli/command_words.h"
#include "core/base/config.h"
#include "core/base/yaml_file.h"
#include "datasets/synthetic/synthetic.h"

namespace adrep::cli {
namespace {

constexpr const char* demo_file = "configs/demo.yaml";
constexpr std::string_view drawing_prefix = "demo.";

/// How the demo's images can be drawn otherwise. Their seed is not among it: `seed` is the run's.
const ParamList& drawing_params() {
  static const ParamList list = [] {
    ParamList chosen;
    for (Param param : params_of<DemoOptions>().all())
      if (param.name != "seed") chosen.add(std::move(param));
    return chosen;
  }();
  return list;
}

/// The settings of configs/demo.yaml.
RawConfig demo_settings() {
  for (const EmbeddedFile& file : embedded_files()) {
    if (file.name != demo_file) continue;
    const YamlFile yaml = parse_yaml(std::string(file.text), demo_file);
    return yaml_settings(yaml, yaml.root);
  }
  ADREP_ASSERT(false, "{} is not in the program", demo_file);
}

std::string key_in(const std::string& assignment) {
  return assignment.substr(0, assignment.find('='));
}

/// Draws the images where it is told how; returns whether it was.
bool draw_demo(const std::vector<std::string>& drawing, const std::string& folder) {
  if (drawing.empty()) return false;
  if (folder.empty()) throw_input("data=: a folder is needed for the images");
  DemoOptions options;
  for (const auto& [key, value] : read_command_line({}, drawing)) {
    const Param* param = drawing_params().find(key.substr(drawing_prefix.size()));
    if (!param)
      throw_input("{}: unknown key '{}': the keys are demo.{}", value.where, key,
                  fmt::join(drawing_params().names(), ", demo."));
    param->set(&options, param->parse(value, key));
  }
  make_demo_dataset(folder, options);
  return true;
}

int demo(const std::vector<std::string>& words, bool print_config) {
  std::vector<std::string> drawing, given;
  for (const std::string& word : words) {
    if (!is_assignment(word))
      throw_input("command line: '{}': adrep demo takes key=value alone, for example detector=patchcore", word);
    (word.starts_with(drawing_prefix) ? drawing : given).push_back(word);
  }
  RawConfig settings = demo_settings();
  for (const auto& [key, value] : read_command_line({}, given)) settings[key] = value;
  if (!print_config && draw_demo(drawing, settings.at("data").items.front())) settings["layout"].items = {"mvtec_ad"};
  const auto is_given = [&](const std::string& key) {
    return std::any_of(given.begin(), given.end(), [&](const std::string& word) { return key_in(word) == key; });
  };
  std::vector<std::string> all = given;
  for (const auto& [key, value] : settings)
    if (!is_given(key)) all.push_back(fmt::format("{}={}", key, fmt::join(value.items, ",")));
  return run_words(all, print_config);
}

std::vector<KeySection> demo_keys() {
  std::vector<KeySection> sections = {{&drawing_params(), std::string(drawing_prefix), "keys of the images:"}};
  for (KeySection& section : run_keys()) sections.push_back(std::move(section));
  return sections;
}

}  // namespace

void add_demo_command(CLI::App& program, int& exit_code) {
  const auto words = std::make_shared<std::vector<std::string>>();
  const auto print_config = std::make_shared<bool>(false);
  CLI::App* command = program.add_subcommand(
      "demo", "draw a small data set here, evaluate three detectors on it: table, report and cells");
  command->add_option("settings", *words, "key=value settings")->option_text("[key=value ...]");
  command->add_flag("--print-config", *print_config, "print the resolved configuration and stop");
  takes_keys(*command,
             "draws into results/demo-data, writes into results/demo: configs/demo.yaml as a command\n"
             "examples:\n  adrep demo\n  adrep demo detector=patchcore features=raw demo.train_per_class=20",
             demo_keys);
  command->callback([words, print_config, &exit_code] { exit_code = demo(*words, *print_config); });
}

}  // namespace adrep::cli
