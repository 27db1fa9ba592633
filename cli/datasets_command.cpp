#include <fmt/format.h>

#include "benchmarks/plan/plan.h"
#include "benchmarks/run/class_notes.h"
#include "cli/command.h"
#include "cli/command_words.h"
#include "cli/dataset_reports.h"
#include "cli/settings.h"
#include "core/base/log.h"
#include "core/base/plural.h"
#include "core/base/progress.h"
#include "datasets/checks/verification.h"
#include "datasets/dataset.h"
#include "datasets/layouts/mini_tree.h"
#include "datasets/synthetic/synthetic.h"

namespace adrep::cli {
namespace {

struct DatasetsArguments {
  std::string path, layout = "auto";
  std::vector<std::string> words;
};

void list_layouts() {
  for (const auto& [name, entry] : LayoutRegistry::instance().all()) fmt::print("{:<16}{}\n", name, entry.doc);
}

/// What a run would see of each class's photographs; how many notes that are.
size_t print_fit_notes(const Dataset& dataset, FitNotes& notes) {
  size_t count = 0;
  for (const std::string& name : dataset.classes()) {
    std::vector<FileProblem> said_already;
    for (const std::string& note : notes.of(dataset.scan(name, said_already))) {
      fmt::print("note: {}: {} [fit]\n", name, note);
      ++count;
    }
  }
  return count;
}

int verify(const DatasetsArguments& arguments) {
  const auto dataset = open_dataset(find_data(arguments.path), arguments.layout);
  Progress progress("verify", 1, "files");
  VerifyOptions options;
  options.progress = [&](size_t done, size_t total) {
    progress.update(static_cast<int64_t>(done), static_cast<int64_t>(total));
  };
  FitNotes fit(*dataset);
  options.with_mask = [&](const ClassSplit& split, const Sample& sample, const Image& mask) {
    fit.add(split, sample, mask);
  };
  const std::vector<Problem> found = verify_dataset(*dataset, options);
  size_t problems = 0;
  for (const Problem& problem : found) {
    fmt::print("{}{}: {} [{}]\n", is_note(problem.kind) ? "note: " : "", problem.file, problem.text,
               name_of(problem.kind));
    problems += !is_note(problem.kind);
  }
  const size_t fitted = print_fit_notes(*dataset, fit);
  fmt::print("{}: {}, {}, {}\n", dataset->root().string(), counted(std::ssize(dataset->classes()), "class"),
             counted(static_cast<int64_t>(problems), "problem"),
             counted(static_cast<int64_t>(found.size() - problems + fitted), "note"));
  return problems > 0 ? static_cast<int>(ExitCode::usage) : 0;
}

void make_demo(const DatasetsArguments& arguments) {
  DemoOptions options;
  apply_settings(arguments.words, options);
  const bool made = make_demo_dataset(arguments.path, options);
  fmt::print("{}: {}\n", arguments.path, made ? "demo data set made" : "the demo data set is there already");
}

void make_mini(const DatasetsArguments& arguments) {
  MiniOptions options;
  apply_settings(arguments.words, options);
  make_mini_dataset(arguments.path, arguments.layout, options);
  fmt::print("{}: mini data set made, layout {}\n", arguments.path, arguments.layout);
}

}  // namespace

void add_datasets_command(CLI::App& program, int& exit_code) {
  const auto arguments = std::make_shared<DatasetsArguments>();
  CLI::App* command =
      program.add_subcommand("datasets", "list layouts, describe, check and compare data sets, make synthetic ones");
  command->require_subcommand(1);
  const auto with_path = [&](CLI::App* sub) {
    sub->add_option("path", arguments->path, "folder of the data set")->required();
    takes_names(sub->add_option("--layout", arguments->layout, "layout, default: recognise it"), layout_choices);
  };
  command->add_subcommand("list", "the layouts adrep reads")->callback(list_layouts);
  add_dataset_reports(*command, exit_code);
  CLI::App* verify_command =
      command->add_subcommand("verify", "list every problem of a data set; exit code 2 when there is one");
  with_path(verify_command);
  verify_command->footer("example: adrep datasets verify /data/mvtec");
  verify_command->callback([arguments, &exit_code] { exit_code = verify(*arguments); });
  CLI::App* demo_command =
      command->add_subcommand("make-demo", "draw the demo data set (three classes, MVTec AD layout)");
  demo_command->add_option("path", arguments->path, "folder to make")->required();
  demo_command->add_option("settings", arguments->words, "key=value settings")->option_text("[key=value ...]");
  takes_keys(*demo_command, "example: adrep datasets make-demo demo-data seed=1",
             [] { return std::vector<KeySection>{{&params_of<DemoOptions>()}}; });
  demo_command->callback([arguments] { make_demo(*arguments); });
  CLI::App* mini_command =
      command->add_subcommand("make-mini", "write a tiny synthetic data set in any layout, to try things out");
  takes_names(mini_command->add_option("layout", arguments->layout, listed(layouts_with_mini()))->required(),
              layouts_with_mini);
  mini_command->add_option("path", arguments->path, "folder to make")->required();
  mini_command->add_option("settings", arguments->words, "key=value settings")->option_text("[key=value ...]");
  takes_keys(*mini_command, "example: adrep datasets make-mini visa mini-visa seed=1 classes=3",
             [] { return std::vector<KeySection>{{&params_of<MiniOptions>()}}; });
  mini_command->callback([arguments] { make_mini(*arguments); });
}

}  // namespace adrep::cli
