#include <fmt/format.h>

#include "cli/bash_completion.h"
#include "cli/command.h"

namespace adrep::cli {

void add_completion_command(CLI::App& program) {
  const auto shell = std::make_shared<std::string>();
  CLI::App* command = program.add_subcommand("completion", "shell completion");
  command->add_option("shell", *shell, "bash or zsh")->required()->check(CLI::IsMember({"bash", "zsh"}));
  command->footer("example: source <(adrep completion bash)");
  command->callback([shell, &program] {
    // zsh has no compopt: there no key is followed by a space, and no other word either
    if (*shell == "zsh")
      fmt::print("autoload -Uz bashcompinit && bashcompinit\n{}", bash_completion(program, "-o default -o nospace"));
    else
      fmt::print("{}", bash_completion(program, "-o default"));
  });
}

}  // namespace adrep::cli
