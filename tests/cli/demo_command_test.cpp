// The demo as a command, and what it shares with configs/demo.yaml.
#include <catch2/catch.hpp>

#include <filesystem>

#include "support/golden.h"
#include "support/program.h"
#include "support/seeded_backbones.h"

using namespace adrep;
using Catch::Matchers::Contains;
using test::adrep_program;
using test::run_command;
using test::TemporaryFolder;
namespace fs = std::filesystem;

namespace {

/// The program in a folder of its own.
test::ProgramResult program_in(const TemporaryFolder& folder, const std::string& arguments) {
  return run_command(fmt::format("cd {} && {} {}", (folder / "").string(), ADREP_PROGRAM, arguments));
}

std::string tiny_demo() {
  return "demo demo.train_per_class=4 demo.normal_test_per_class=2 demo.defects_per_type=1 demo.size=64 "
         "image.crop=64 image.resize=64 cache=off detector=feature_norm backbone=" +
         test::seeded_backbone();
}

}  // namespace

TEST_CASE("adrep demo draws, runs, prints a table and leaves a report where it stands", "[cli]") {
  const TemporaryFolder folder;
  const auto demo = program_in(folder, tiny_demo());
  INFO(demo.text);
  REQUIRE(demo.code == 0);
  CHECK_THAT(demo.text, Contains("brushed_metal") && Contains("circuit_board") && Contains("fabric"));
  CHECK_THAT(demo.text, Contains("residual") && Contains("report: results/demo/report.html"));
  CHECK(fs::is_regular_file(folder / "results/demo/report.html"));
  CHECK(fs::is_directory(folder / "results/demo-data/fabric/train/good"));
  const auto again = program_in(folder, tiny_demo() + " features=raw");
  CHECK(again.code == 0);
  CHECK_THAT(again.text, Contains("3 cells (0 computed") || Contains("3 unchanged") || Contains("0 failed"));
}

TEST_CASE("adrep demo is configs/demo.yaml as a command", "[cli]") {
  const TemporaryFolder folder;
  const auto as_file = program_in(folder, fmt::format("run {}/configs/demo.yaml --print-config", ADREP_SOURCE_DIR));
  REQUIRE(as_file.code == 0);
  CHECK(program_in(folder, "demo --print-config").text == as_file.text);
  const auto changed = program_in(
      folder, fmt::format("run {}/configs/demo.yaml detector=padim seed=3 --print-config", ADREP_SOURCE_DIR));
  REQUIRE(changed.code == 0);
  CHECK(program_in(folder, "demo detector=padim seed=3 --print-config").text == changed.text);
}

TEST_CASE("adrep demo refuses what it cannot take in one line", "[cli]") {
  const TemporaryFolder folder;
  for (const std::string words : {"other.yaml", "demo.seed=1", "demo.train=1", "demo.size=7", "data= demo.size=64"}) {
    INFO(words);
    const auto result = program_in(folder, "demo " + words);
    INFO(result.text);
    CHECK(result.code == 2);
    CHECK(result.lines() == 1);
  }
  CHECK_FALSE(fs::exists(folder / "results"));
}
