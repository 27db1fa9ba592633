#include <fmt/format.h>

#include <filesystem>

#include "cli/command.h"
#include "cli/command_words.h"
#include "cli/man_pages.h"
#include "core/base/atomic_file.h"
#include "core/base/plural.h"

namespace adrep::cli {

void add_man_command(CLI::App& program) {
  const auto folder = std::make_shared<std::string>();
  CLI::App* command = program.add_subcommand("man", "write manual pages, one a command, into a folder");
  command->add_option("folder", *folder, "folder for them, made where it is not there")->required()->check(not_empty());
  command->footer("example: adrep man share/man/man1 && man ./share/man/man1/adrep-run.1");
  command->callback([folder, &program] {
    const std::vector<ManPage> pages = man_pages(program);
    for (const ManPage& page : pages)
      write_file_atomically(std::filesystem::path(*folder) / (page.name + ".1"), page.text);
    fmt::print("{}: {}\n", *folder, counted(std::ssize(pages), "manual page"));
  });
}

}  // namespace adrep::cli
