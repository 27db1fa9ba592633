#pragma once
#include <filesystem>
#include <string>

namespace adrep::test {

/// What a command printed and returned.
struct ProgramResult {
  int code = 0;      ///< exit code; −1 when a signal ended it
  std::string text;  ///< standard output and standard error
  size_t lines() const;
};

ProgramResult run_command(const std::string& command);

/// Runs the program that was built with these tests.
ProgramResult adrep_program(const std::string& arguments);

/// EfficientNet-Lite0's published weights, for tests of what they give. Throws InputError, which fails the test and
/// names scripts/setup.sh, when they are not installed; everything else takes seeded_backbones.h.
std::filesystem::path installed_weights();

}  // namespace adrep::test
