#pragma once
#include <CLI/CLI.hpp>

#include <string>

namespace adrep::cli {

/// A bash function that completes the words of `program`, and `complete_options` with which it is registered: commands,
/// names, options, keys and their values, all as the commands declare them; files where none of these fits. It runs in
/// zsh's bashcompinit as well.
std::string bash_completion(const CLI::App& program, const std::string& complete_options);

}  // namespace adrep::cli
