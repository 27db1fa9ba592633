#include <fmt/format.h>

#include "benchmarks/plan.h"
#include "cli/command.h"
#include "cli/parameter_help.h"
#include "core/base/config.h"
#include "core/base/log.h"
#include "core/base/progress.h"
#include "datasets/dataset.h"
#include "datasets/synthetic.h"
#include "datasets/verification.h"

namespace adrep::cli {
namespace {

struct Arguments {
  std::string path, layout = "auto";
  std::vector<std::string> words;
};

void list_layouts() {
  for (const auto& [name, entry] : LayoutRegistry::instance().all()) fmt::print("{:<12}{}\n", name, entry.doc);
}

void info(const Arguments& arguments) {
  const auto dataset = open_dataset(find_data(arguments.path), arguments.layout);
  fmt::print("{}: layout {}\n{:<24}{:>8}{:>8}{:>11}  {}\n", dataset->root().string(), dataset->layout(), "class",
             "train", "normal", "anomalous", "defects");
  for (const std::string& name : dataset->classes()) {
    const ClassSplit split = dataset->load(name);
    std::map<std::string, int> defects;
    int normal = 0;
    for (const Sample& sample : split.test) sample.anomalous ? ++defects[sample.defect] : ++normal;
    std::string text;
    int anomalous = 0;
    for (const auto& [defect, count] : defects)
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", defect, count), anomalous += count;
    fmt::print("{:<24}{:>8}{:>8}{:>11}  {}\n", name, split.train.size(), normal, anomalous, text);
  }
}

int verify(const Arguments& arguments) {
  const auto dataset = open_dataset(find_data(arguments.path), arguments.layout);
  Progress progress("verify", 1, "files");
  VerifyOptions options;
  options.progress = [&](size_t done, size_t total) {
    progress.update(static_cast<int64_t>(done), static_cast<int64_t>(total));
  };
  const std::vector<Problem> found = verify_dataset(*dataset, options);
  size_t problems = 0;
  for (const Problem& problem : found) {
    fmt::print("{}{}: {} [{}]\n", is_note(problem.kind) ? "note: " : "", problem.file, problem.text,
               name_of(problem.kind));
    problems += !is_note(problem.kind);
  }
  fmt::print("{}: {} classes, {} problem{}, {} note{}\n", dataset->root().string(), dataset->classes().size(), problems,
             problems == 1 ? "" : "s", found.size() - problems, found.size() - problems == 1 ? "" : "s");
  return problems > 0 ? static_cast<int>(ExitCode::usage) : 0;
}

void make_demo(const Arguments& arguments) {
  DemoOptions options;
  for (const auto& [key, value] : read_config({}, arguments.words)) {
    const Param* param = params_of<DemoOptions>().find(key);
    if (!param)
      throw_input("{}: unknown key '{}': {}", value.where, key, suggestion(key, params_of<DemoOptions>().names()));
    param->set(&options, param->parse(value, key));
  }
  const bool made = make_demo_dataset(arguments.path, options);
  fmt::print("{}: {}\n", arguments.path, made ? "demo data set made" : "the demo data set is there already");
}

}  // namespace

void add_datasets_command(CLI::App& program, int& exit_code) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* command =
      program.add_subcommand("datasets", "list layouts, describe and check data sets, make the demo data set");
  command->require_subcommand(1);
  const auto with_path = [&](CLI::App* sub) {
    sub->add_option("path", arguments->path, "folder of the data set")->required();
    sub->add_option("--layout", arguments->layout, "layout, default: recognise it");
  };
  command->add_subcommand("list", "the layouts adrep reads")->callback(list_layouts);
  CLI::App* info_command = command->add_subcommand("info", "classes, splits and defects of a data set");
  with_path(info_command);
  info_command->callback([arguments] { info(*arguments); });
  CLI::App* verify_command =
      command->add_subcommand("verify", "list every problem of a data set; exit code 2 when there is one");
  with_path(verify_command);
  verify_command->footer("example: adrep datasets verify /data/mvtec");
  verify_command->callback([arguments, &exit_code] { exit_code = verify(*arguments); });
  CLI::App* demo_command =
      command->add_subcommand("make-demo", "draw the demo data set (three classes, MVTec AD layout)");
  demo_command->add_option("path", arguments->path, "folder to make")->required();
  demo_command->add_option("settings", arguments->words, "key=value settings")->option_text("[key=value ...]");
  demo_command->footer([] {
    return "example: adrep datasets make-demo demo-data seed=1\nkeys:\n" + parameter_help(params_of<DemoOptions>(), "");
  });
  demo_command->callback([arguments] { make_demo(*arguments); });
}

}  // namespace adrep::cli
