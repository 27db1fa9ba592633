#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iostream>

#include "cli/command.h"
#include "core/base/failure.h"
#include "core/base/interrupt.h"
#include "core/base/kept_memory.h"
#include "core/base/log.h"
#include "core/base/names.h"

namespace {

int fail(const adrep::Failure& failure) {
  adrep::log_error(failure.line);
  return static_cast<int>(failure.code);
}

/// What is wrong with a command line whose first words are no command, or "".
std::string unknown_command(const CLI::App& program, int argc, char** argv) {
  const CLI::App* app = &program;
  const std::vector<std::string> words(argv + 1, argv + argc);
  for (const std::string& word : words) {
    if (word.starts_with('-')) continue;
    if (app->get_require_subcommand_min() == 0) return "";  // the word may be an argument
    std::vector<std::string> names;
    const CLI::App* next = nullptr;
    for (const CLI::App* sub : app->get_subcommands([](const CLI::App*) { return true; })) {
      names.push_back(sub->get_name());
      if (sub->get_name() == word) next = sub;
    }
    if (names.empty()) return "";
    if (!next) return fmt::format("unknown command '{}': {}", word, adrep::suggestion(word, names));
    app = next;
  }
  return "";
}

int run(int argc, char** argv) {
  CLI::App program("adrep: benchmark suite for anomaly-detection representations", "adrep");
  program.require_subcommand(1);
  program.footer(
      "example: adrep run data=/data/mvtec detector=padim,patchcore features=raw,residual\n"
      "exit codes: 0 ok, 1 failure, 2 wrong input or some cells failed, 3 metric regression, 4 defect found");
  bool quiet = false, verbose = false;
  program.add_flag("-q,--quiet", quiet, "only results, warnings and errors");
  program.add_flag("-v,--verbose", verbose, "more detail");
  program.fallthrough();
  program.set_version_flag("--version", adrep::cli::version_text());
  program.parse_complete_callback([&] {
    adrep::set_verbosity(quiet     ? adrep::Verbosity::quiet
                         : verbose ? adrep::Verbosity::verbose
                                   : adrep::Verbosity::normal);
  });
  int exit_code = 0;
  adrep::cli::add_run_command(program, exit_code);
  adrep::cli::add_demo_command(program, exit_code);
  adrep::cli::add_fit_command(program);
  adrep::cli::add_predict_command(program, exit_code);
  adrep::cli::add_verify_command(program, exit_code);
  adrep::cli::add_update_command(program);
  adrep::cli::add_submit_command(program);
  adrep::cli::add_status_command(program);
  adrep::cli::add_metrics_command(program);
  adrep::cli::add_compare_command(program);
  adrep::cli::add_results_command(program);
  adrep::cli::add_table_command(program);
  adrep::cli::add_claims_command(program);
  adrep::cli::add_regress_command(program, exit_code);
  adrep::cli::add_pretrain_command(program, exit_code);
  adrep::cli::add_visualize_command(program);
  adrep::cli::add_datasets_command(program, exit_code);
  adrep::cli::add_cache_command(program, exit_code);
  adrep::cli::add_list_command(program);
  adrep::cli::add_inspect_command(program);
  adrep::cli::add_bench_command(program, exit_code);
  adrep::cli::add_weights_command(program, exit_code);
  adrep::cli::add_doctor_command(program, exit_code);
  adrep::cli::add_completion_command(program);
  adrep::cli::add_man_command(program);
  adrep::cli::add_version_command(program);
  try {
    program.parse(argc, argv);
  } catch (const CLI::Success& help) {
    return program.exit(help);
  } catch (const CLI::ParseError&) {
    if (const std::string unknown = unknown_command(program, argc, argv); !unknown.empty())
      return fail({unknown, adrep::ExitCode::usage});
    return fail({adrep::current_failure().line + " (see adrep --help)", adrep::ExitCode::usage});
  }
  return exit_code;
}

}  // namespace

/// Standard output is buffered, so a full disk is noticed at the end.
int with_output_written(int code) {
  std::cout.flush();
  const bool written = std::fflush(stdout) == 0 && std::ferror(stdout) == 0 && std::cout.good();
  if (written) return code;
  return fail({fmt::format("standard output: cannot be written: {}", std::strerror(errno)), adrep::ExitCode::failure});
}

/// "adrep help run" as "adrep run --help".
std::vector<char*> without_help_word(int argc, char** argv) {
  static char flag[] = "--help";
  std::vector<char*> words(argv, argv + argc);
  if (argc < 2 || std::string_view(argv[1]) != "help") return words;
  words.erase(words.begin() + 1);
  words.push_back(flag);
  return words;
}

int main(int argc, char** argv) {
  adrep::handle_interrupts();
  adrep::keep_tensor_memory();
  try {
    std::vector<char*> words = without_help_word(argc, argv);
    return with_output_written(run(static_cast<int>(words.size()), words.data()));
  } catch (...) {
    const adrep::Failure failure = adrep::current_failure();
    return std::ferror(stdout) != 0 ? with_output_written(0) : fail(failure);
  }
}
