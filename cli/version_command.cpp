#include <fmt/format.h>

#include "cli/command.h"
#include "core/base/version.h"

namespace adrep::cli {

std::string version_text() {
  return fmt::format("adrep {} ({}, {})\nLibTorch {}", version(), git_revision(), build_type(), libtorch_version());
}

void add_version_command(CLI::App& program) {
  CLI::App* command = program.add_subcommand("version", "versions of adrep and LibTorch");
  command->callback([] { fmt::print("{}\n", version_text()); });
}

}  // namespace adrep::cli
