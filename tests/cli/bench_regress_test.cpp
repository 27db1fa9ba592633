#include <catch2/catch.hpp>

#include "benchmarks/speed/stand_in_builds.h"
#include "support/golden.h"
#include "support/program.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

ProgramResult regress(const std::string& arguments) {
  return adrep_program("bench regress " + arguments);
}

}  // namespace

TEST_CASE("bench regress: wrong command lines are one line and exit code 2", "[cli]") {
  const TemporaryFolder folder;
  const std::string build = write_build(folder / "adrep", "exit 0").string(), both = build + " " + build;
  for (const std::string& arguments :
       {std::string(), build, both, both + " output=x data=x", both + " cache.folder=x data=x",
        both + " one.yaml two.yaml", both + " data=x --repeats 2", both + " data=x --repeats many",
        both + " data=x --tolerance=-1", both + " data=x --format xml", both + " data=x --force",
        build + " /nonexistent data=x", build + " /bin/echo data=x"}) {
    INFO(arguments);
    const ProgramResult result = regress(arguments);
    INFO(result.text);
    CHECK(result.code == 2);
    CHECK(result.lines() == 1);
    CHECK_THAT(result.text, StartsWith("adrep: error: "));
  }
}

TEST_CASE("bench regress: a build that does not start is exit code 1", "[cli]") {
  const TemporaryFolder folder;
  const std::string build = write_build(folder / "adrep", "exit 0").string();
  std::ofstream(folder / "broken") << "#!/bin/sh\necho 'libtorch.so: cannot open shared object file'\nexit 127\n";
  std::filesystem::permissions(folder / "broken", std::filesystem::perms::owner_all);
  const ProgramResult result = regress(build + " " + (folder / "broken").string() + " data=x");
  INFO(result.text);
  CHECK(result.code == 1);
  CHECK(result.lines() == 1);
  CHECK_THAT(result.text, Contains("broken: its version ended with exit code 127: libtorch.so: cannot open"));
}

TEST_CASE("bench regress: help says what it exits with, and names the settings of a run", "[cli]") {
  const ProgramResult result = regress("--help");
  CHECK(result.code == 0);
  CHECK_THAT(result.text, Contains("--repeats") && Contains("--tolerance") && Contains("exits with 3") &&
                              Contains("  detector=") && !Contains("--force"));
}
