#include "support/program.h"

#include <catch2/catch.hpp>

#include <sys/wait.h>

#include <array>
#include <cstdio>

#include "core/backbones/backbone.h"

namespace adrep::test {

size_t ProgramResult::lines() const {
  return static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
}

ProgramResult run_command(const std::string& command) {
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  REQUIRE(pipe != nullptr);
  ProgramResult result;
  std::array<char, 4096> buffer{};
  while (const size_t count = fread(buffer.data(), 1, buffer.size(), pipe)) result.text.append(buffer.data(), count);
  const int status = pclose(pipe);
  result.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return result;
}

ProgramResult adrep_program(const std::string& arguments) {
  return run_command(std::string(ADREP_PROGRAM) + " " + arguments);
}

std::filesystem::path installed_weights() {
  return find_weights(find_backbone("efficientnet_lite0"), {});
}

}  // namespace adrep::test
