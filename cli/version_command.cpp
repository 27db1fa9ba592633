#include <fmt/format.h>

#include "cli/command.h"
#include "core/base/version.h"

namespace adrep::cli {

void add_version_command(CLI::App& program) {
  CLI::App* command = program.add_subcommand("version", "versions of adrep and LibTorch");
  command->callback([] {
    fmt::print("adrep {} ({}, {})\nLibTorch {}\n", version(), git_revision(), build_type(), libtorch_version());
  });
}

}  // namespace adrep::cli
