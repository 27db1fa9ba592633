#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "benchmarks/cells/kept_file.h"
#include "benchmarks/layouts/hub_export.h"
#include "benchmarks/layouts/layout_formats.h"
#include "benchmarks/ledger/computed_costs.h"
#include "benchmarks/ledger/ledger_formats.h"
#include "benchmarks/ledger/value_changes.h"
#include "cli/command.h"
#include "cli/command_words.h"
#include "core/base/log.h"
#include "core/base/names.h"

namespace adrep::cli {
namespace {

namespace fs = std::filesystem;

struct TableArguments {
  std::vector<std::string> results;
  std::string layout, format, output, compare;
  std::vector<std::string> hub_ids;
  double tolerance = 0.3;
  bool list = false;
};

const std::vector<std::string> table_formats = {"text", "csv", "json", "markdown", "latex", "html", "hub"};

/// What --format says, else what the output's ending says.
std::string format_of(const TableArguments& arguments) {
  if (!arguments.format.empty()) return arguments.format;
  if (arguments.output.empty()) return "text";
  return format_by_ending(arguments.output, {{".csv", "csv"},
                                             {".json", "json"},
                                             {".md", "markdown"},
                                             {".tex", "latex"},
                                             {".html", "html"},
                                             {".txt", "text"},
                                             {".yaml", "hub"}});
}

void put(const TableArguments& arguments, const std::string& text) {
  if (arguments.output.empty()) {
    fmt::print("{}", text);
    return;
  }
  write_keeping_previous(arguments.output, text);
  fmt::print("written: {}\n", arguments.output);
}

[[noreturn]] void no_such_format(const std::string& format, const std::string& of) {
  throw_input("--format {}: {} has the formats text, csv, json, markdown{}", format, of,
              of == "the ledger" ? " and html" : "");
}

std::map<std::string, std::string> hub_ids_of(const TableArguments& arguments) {
  std::map<std::string, std::string> ids;
  for (const std::string& given : arguments.hub_ids) {
    const size_t at = given.find('=');
    if (at == std::string::npos || at == 0) throw_input("--hub-id {}: give DATA=ORG/NAME", given);
    ids[given.substr(0, at)] = given.substr(at + 1);
  }
  return ids;
}

bool is_csv(const std::string& path) {
  return path.ends_with(".csv");
}

LaidOut laid_out_results(const TableArguments& arguments, const std::optional<Layout>& layout) {
  if (arguments.results.empty()) throw_input("table: name the folder of a run, for example: adrep table results");
  for (const std::string& path : arguments.results)
    if (is_csv(path))
      throw_input("{}: a CSV file of values is for --compare: a table is made of folders of runs", path);
  const ResultSet results = ResultSet::read({arguments.results.begin(), arguments.results.end()});
  return lay_out(results, layout ? *layout : find_layout(usual_layout(results)));
}

LaidOut laid_out_costs(const TableArguments& arguments, const Layout& layout) {
  if (!arguments.results.empty())
    throw_input("--layout {}: its values are computed: leave {} out", arguments.layout, arguments.results.front());
  return lay_out_costs(layout);
}

void show_layout(const TableArguments& arguments) {
  std::optional<Layout> layout;
  if (!arguments.layout.empty()) layout = find_layout(arguments.layout);
  const LaidOut table =
      layout && layout->of_costs ? laid_out_costs(arguments, *layout) : laid_out_results(arguments, layout);
  const std::string format = format_of(arguments);
  put(arguments, format == "csv"        ? layout_as_csv(table)
                 : format == "json"     ? layout_as_json(table)
                 : format == "markdown" ? layout_as_markdown(table)
                 : format == "latex"    ? layout_as_latex(table)
                 : format == "html"     ? layout_as_html(table)
                 : format == "hub"      ? layout_as_hub_results(table, hub_ids_of(arguments))
                                        : layout_as_text(table, arguments.output.empty() && use_colour(STDOUT_FILENO),
                                                    arguments.output.empty() ? terminal_columns() : 0));
}

/// One side of a comparison: the results of folders, or the values of a CSV file.
struct Side {
  std::optional<ResultSet> results;
  std::vector<KnownValue> values;

  explicit Side(const std::vector<std::string>& paths) {
    if (paths.size() > 1 && std::any_of(paths.begin(), paths.end(), is_csv))
      throw_input("--compare: give one CSV file alone, or folders of runs");
    if (paths.size() == 1 && is_csv(paths.front()))
      values = read_values(paths.front());
    else
      results = ResultSet::read({paths.begin(), paths.end()});
  }
  std::vector<OwnMethod> methods(DataNames names = DataNames::as_shown) const {
    return results ? methods_of(*results, names) : methods_of(values);
  }
};

void compare_with_the_paper(const TableArguments& arguments) {
  const Side own(arguments.results);
  const Ledger ledger = ledger_of(paper_values(), own.methods(DataNames::published), arguments.tolerance);
  const std::string format = format_of(arguments);
  if (format == "latex" || format == "hub") no_such_format(format, "the ledger");
  put(arguments, format == "csv"        ? ledger_as_csv(ledger)
                 : format == "json"     ? ledger_as_json(ledger)
                 : format == "markdown" ? ledger_as_markdown(ledger)
                 : format == "html"     ? ledger_as_html(ledger)
                                        : ledger_as_text(ledger));
}

/// The metrics that one side names, or those of the paper.
std::vector<std::string> compared_metrics(const Side& old, const Side& now) {
  std::vector<std::string> metrics;
  for (const Side* side : {&old, &now})
    for (const KnownValue& value : side->values)
      if (std::count(metrics.begin(), metrics.end(), value.metric) == 0) metrics.push_back(value.metric);
  return metrics.empty() ? std::vector<std::string>{"image_auroc", "pixel_auroc", "pro"} : metrics;
}

void compare_values(const TableArguments& arguments) {
  const Side old({arguments.compare}), now(arguments.results);
  const ValueChanges changes = value_changes(old.methods(), now.methods(), compared_metrics(old, now));
  const std::string format = format_of(arguments);
  if (format == "latex" || format == "html" || format == "hub") no_such_format(format, "a comparison");
  put(arguments, format == "csv"        ? changes_as_csv(changes)
                 : format == "json"     ? changes_as_json(changes)
                 : format == "markdown" ? changes_as_markdown(changes)
                                        : changes_as_text(changes));
}

void show_built_in_layouts() {
  const std::vector<std::string> names = built_in_layouts();
  size_t width = 0;
  for (const std::string& name : names) width = std::max(width, name.size());
  for (const std::string& name : names) fmt::print("{:<{}} {}\n", name, width, find_layout(name).title);
}

void show(const TableArguments& arguments) {
  if (arguments.list) return show_built_in_layouts();
  if (!arguments.compare.empty() && !arguments.layout.empty())
    throw_input("--layout {}: a comparison has no layout: leave one of --layout and --compare out", arguments.layout);
  if (arguments.compare.empty()) return show_layout(arguments);
  if (arguments.results.empty()) throw_input("--compare: name the folder of a run or a CSV file to compare");
  if (arguments.compare == "paper") return compare_with_the_paper(arguments);
  compare_values(arguments);
}

}  // namespace

void add_table_command(CLI::App& program) {
  const auto arguments = std::make_shared<TableArguments>();
  CLI::App* command =
      program.add_subcommand("table", "tables of stored results in the look of papers, and comparisons");
  command->add_option("results", arguments->results, "folders of runs; with --compare also a CSV file of values");
  CLI::Option* layout =
      command->add_option("--layout", arguments->layout, "a built-in layout or a .yaml file (default: by the results)")
          ->check(not_empty());
  takes_names(layout, [] { return built_in_layouts(); });
  command->add_option("--format", arguments->format, "text, csv, json, markdown, latex, html, or hub for Hugging Face")
      ->check(CLI::IsMember(table_formats));
  command->add_option("--output", arguments->output, "file to write instead; its ending says the format");
  command->add_option("--compare", arguments->compare, "'paper', a CSV file of values, or the folder of another run")
      ->check(not_empty());
  command->add_option("--tolerance", arguments->tolerance, "points within which a value agrees with the paper's")
      ->transform(decimal_number(0, 100))
      ->capture_default_str();
  command->add_option("--hub-id", arguments->hub_ids, "DATA=ORG/NAME: what the Hub calls a data set")
      ->allow_extra_args(false);
  command->add_flag("--list", arguments->list, "the built-in layouts");
  command->footer(
      "examples:\n  adrep table results\n  adrep table results --layout table1 --output table.tex\n"
      "  adrep table results --compare paper --output ledger.html");
  command->callback([arguments] { show(*arguments); });
}

}  // namespace adrep::cli
