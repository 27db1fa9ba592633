#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <thread>

#include "benchmarks/cluster/status_formats.h"
#include "cli/command.h"
#include "cli/command_words.h"
#include "core/base/interrupt.h"
#include "core/base/log.h"

namespace adrep::cli {
namespace {

struct StatusArguments {
  std::string results;
  bool failed = false, watch = false, as_json = false;
};

StatusTextOptions text_options(const StatusArguments& arguments) {
  return {arguments.failed, use_colour(STDOUT_FILENO), terminal_columns()};
}

void print_status(const RunStatus& status, const StatusArguments& arguments) {
  if (arguments.as_json) {
    fmt::print("{}\n", status_json(status).dump(1, ' ', false, nlohmann::json::error_handler_t::replace));
  } else {
    fmt::print("{}", status_text(status, text_options(arguments)));
  }
}

/// On a terminal the whole status again every two seconds; in a log a line whenever something changed. Ends when nobody
/// is at it any more.
void watch_status(StatusReader& reader, const StatusArguments& arguments) {
  const bool terminal = isatty(STDOUT_FILENO) != 0;
  std::string last;
  for (RunStatus status = reader.read();; status = reader.read(/*patient=*/false)) {
    const std::string line = status_line(status);
    if (terminal && !arguments.as_json) {
      fmt::print("\033[H\033[J{}\n{}", line, status_text(status, text_options(arguments)));
    } else if (line != last) {
      if (arguments.as_json) {
        fmt::print("{}\n", status_json(status).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
      } else {
        fmt::print("{}\n", line);
      }
    }
    std::fflush(stdout);
    if (!status.goes_on()) return;
    last = line;
    for (int pause = 0; pause < 20; ++pause) {
      if (interrupted()) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
  }
}

void show_status(const StatusArguments& arguments) {
  StatusReader reader(arguments.results);
  if (arguments.watch) return watch_status(reader, arguments);
  print_status(reader.read(), arguments);
}

}  // namespace

void add_status_command(CLI::App& program) {
  const auto arguments = std::make_shared<StatusArguments>();
  CLI::App* command = program.add_subcommand(
      "status", "progress of the runs in a results folder, on this machine and on others, from its files alone");
  command->add_option("results", arguments->results, "folder of a run (its output=)")
      ->required()
      ->option_text("RESULTS")
      ->check(not_empty());
  command->add_flag("--failed", arguments->failed,
                    "also print why cells failed or were lost, and the last lines of their logs");
  command->add_flag("--watch", arguments->watch, "repeat every two seconds until no process is working");
  command->add_flag("--json", arguments->as_json, "for programs");
  command->footer("examples:\n  adrep status results/table1 --watch\n  adrep status results/table1 --failed");
  command->callback([arguments] { show_status(*arguments); });
}

}  // namespace adrep::cli
