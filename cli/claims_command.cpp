#include <fmt/format.h>

#include "benchmarks/ledger/claims.h"
#include "cli/command.h"
#include "core/base/error.h"

namespace adrep::cli {
namespace {

struct ClaimsArguments {
  std::vector<std::string> results;
  std::string format = "text";
};

void show_claims(const ClaimsArguments& arguments) {
  const bool of_paper = arguments.results == std::vector<std::string>{"paper"};
  const std::optional<ResultSet> results =
      of_paper ? std::nullopt : std::optional(ResultSet::read({arguments.results.begin(), arguments.results.end()}));
  const std::vector<Claim> claims = checked_claims(results ? methods_of(*results) : methods_of(paper_values()));
  fmt::print("{}", arguments.format == "json"       ? claims_as_json(claims)
                   : arguments.format == "markdown" ? claims_as_markdown(claims)
                                                    : claims_as_text(claims));
}

}  // namespace

void add_claims_command(CLI::App& program) {
  const auto arguments = std::make_shared<ClaimsArguments>();
  CLI::App* command = program.add_subcommand("claims", "check the paper's claims on results, or on its own numbers");
  command->add_option("results", arguments->results, "folders of runs, or 'paper' for the published numbers")
      ->required();
  command->add_option("--format", arguments->format, "text, markdown or json")
      ->check(CLI::IsMember({"text", "markdown", "json"}))
      ->capture_default_str();
  command->footer("examples:\n  adrep claims results\n  adrep claims paper");
  command->callback([arguments] { show_claims(*arguments); });
}

}  // namespace adrep::cli
