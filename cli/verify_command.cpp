#include <fmt/format.h>

#include "benchmarks/fitting/verification.h"
#include "cli/command.h"
#include "cli/command_words.h"
#include "cli/known_files.h"
#include "cli/model_options.h"

namespace adrep::cli {
namespace {

struct VerifyArguments {
  ModelOptions model;
  std::string data, against;
  std::optional<double> bound;
};

int verify(const VerifyArguments& arguments) {
  const KnownFiles known_files(false);
  const Verification verification = verify_model({.model = arguments.model.model,
                                                  .data = arguments.data,
                                                  .against = arguments.against,
                                                  .options = arguments.model.pipeline_options(),
                                                  .bound = arguments.bound});
  fmt::print("{}", verification_text(verification));
  return static_cast<int>(verification.holds() ? ExitCode::ok : ExitCode::failure);
}

}  // namespace

void add_verify_command(CLI::App& program, int& exit_code) {
  const auto arguments = std::make_shared<VerifyArguments>();
  CLI::App* command = program.add_subcommand(
      "verify", "prove that a model's file gives the scores that were found before it was saved, or a cell's");
  arguments->model.add_to(*command);
  command->add_option("DATA", arguments->data, "the data that it was made from")->required()->check(not_empty());
  command->add_option("--against", arguments->against, "results folder with the cell that the model is of")
      ->check(not_empty());
  command
      ->add_option("--bound", arguments->bound,
                   "largest difference, as a part of the largest score; default 0 on the same machine, else 1e-4")
      ->transform(decimal_number(0, 1));
  command->footer(
      "exits with 1 when a difference is above the bound\n"
      "example: adrep verify part.adrep photos");
  command->callback([arguments, &exit_code] { exit_code = verify(*arguments); });
}

}  // namespace adrep::cli
