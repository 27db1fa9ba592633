#include <fmt/format.h>
#include <unistd.h>

#include "benchmarks/cells/kept_file.h"
#include "benchmarks/cells/results_folder.h"
#include "benchmarks/layouts/layout_formats.h"
#include "benchmarks/pages/report.h"
#include "benchmarks/tables/table_formats.h"
#include "cli/command.h"
#include "core/base/log.h"
#include "core/base/plural.h"

namespace adrep::cli {
namespace {

namespace fs = std::filesystem;

struct ResultsArguments {
  std::vector<std::string> folders;
  std::string folder, output;
  bool dry_run = false;
};

/// The table in the format that a file's ending names.
std::string table_for(const fs::path& file, const Table& table, const ResultSet& results) {
  const std::string ending = file.extension().string();
  if (ending == ".csv") return table_as_csv(table);
  if (ending == ".json") return table_as_json(table);
  if (ending == ".md") return table_as_markdown(table);
  if (ending == ".tex") return layout_as_latex(lay_out(results, find_layout(usual_layout(results))));
  if (ending == ".html") return report_html(table, results);
  throw_input("--output {}: give a file that ends in .csv, .json, .md, .tex or .html", file.string());
}

void show_table(const ResultsArguments& arguments) {
  const ResultSet results = ResultSet::read({arguments.folders.begin(), arguments.folders.end()});
  const Table table = make_table(results);
  if (arguments.output.empty()) {
    fmt::print("{}", table_as_text(table, use_colour(STDOUT_FILENO)));
    return;
  }
  write_keeping_previous(arguments.output, table_for(arguments.output, table, results));
  fmt::print("written: {}\n", arguments.output);
}

void print_change(const FolderChange& change, const char* done, const char* would, bool dry_run) {
  for (const std::string& note : change.notes) log_warning(note);
  int64_t cells = 0;
  for (const std::string& file : change.files) {
    cells += file.starts_with("cells/");
    if (dry_run) fmt::print("{}\n", file);
  }
  fmt::print("{}: {} and {}\n", dry_run ? would : done, counted(cells, "cell"),
             counted(std::ssize(change.files) - cells, "other file"));
}

void add_dry_run(CLI::App* command, ResultsArguments& arguments) {
  command->add_flag("--dry-run", arguments.dry_run, "only print which files would be touched");
}

}  // namespace

void add_results_command(CLI::App& program) {
  const auto arguments = std::make_shared<ResultsArguments>();
  CLI::App* command = program.add_subcommand("results", "tables of stored results; merge and prune results folders");
  command->require_subcommand(1);

  CLI::App* table = command->add_subcommand("table", "the table of one or more results folders");
  table->add_option("results", arguments->folders, "folders of runs")->required();
  table->add_option("--output", arguments->output,
                    "file to write instead: .csv, .json, .md, .tex or .html (the report)");
  table->footer("example: adrep results table results/a results/b --output table.tex");
  table->callback([arguments] { show_table(*arguments); });

  CLI::App* merge =
      command->add_subcommand("merge", "copy results that it lacks from other folders into a results folder");
  merge->add_option("into", arguments->folder, "the folder that receives them")->required();
  merge->add_option("from", arguments->folders, "folders of runs, which stay as they are")->required();
  add_dry_run(merge, *arguments);
  merge->footer("example: adrep results merge results/all results/machine1 results/machine2");
  merge->callback([arguments] {
    print_change(
        merge_results(arguments->folder, {arguments->folders.begin(), arguments->folders.end()}, arguments->dry_run),
        "copied", "would be copied", arguments->dry_run);
  });

  CLI::App* prune = command->add_subcommand("prune", "remove the cells that no recorded plan names");
  prune->add_option("folder", arguments->folder, "a results folder")->required();
  add_dry_run(prune, *arguments);
  prune->footer("example: adrep results prune results --dry-run");
  prune->callback([arguments] {
    print_change(prune_results(arguments->folder, arguments->dry_run), "removed", "would be removed",
                 arguments->dry_run);
  });
}

}  // namespace adrep::cli
