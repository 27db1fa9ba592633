#pragma once
#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace adrep::cli {

struct ManPage {
  std::string name;  ///< "adrep-run"
  std::string text;  ///< roff, macro package man
};

/// A manual page of section 1 for the program and for each of its commands, those below others included: synopsis,
/// arguments, options, and every key with type, default and text. All of it is what help and completion know.
std::vector<ManPage> man_pages(const CLI::App& program);

}  // namespace adrep::cli
