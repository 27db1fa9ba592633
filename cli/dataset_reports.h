#pragma once
#include <CLI/CLI.hpp>

namespace adrep::cli {

/// Adds `info`, `stats` and `leakage` to the command `datasets`.
void add_dataset_reports(CLI::App& datasets, int& exit_code);

}  // namespace adrep::cli
