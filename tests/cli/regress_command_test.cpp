// The gate as a CI uses it: baseline, answer, exit code.
#include <catch2/catch.hpp>

#include <fmt/format.h>

#include "core/base/atomic_file.h"
#include "support/small_runs.h"

using namespace adrep;
using Catch::Matchers::Contains;
using test::adrep_program;
namespace fs = std::filesystem;

namespace {

/// Runs of two detectors on two classes, and a baseline of the first run.
class GuardedRun {
 public:
  GuardedRun() {
    run("run", "");
    const test::ProgramResult update = regress("--update", "run");
    INFO(update.text);
    REQUIRE(update.code == 0);
  }
  void run(const std::string& output, const std::string& words) const {
    const test::ProgramResult result = runs_.run(words, output);
    INFO(result.text);
    REQUIRE(result.code == 0);
  }
  test::ProgramResult regress(const std::string& words, const std::string& results) const {
    return adrep_program(fmt::format("regress {} {} {}", baseline().string(), (runs_ / results).string(), words));
  }
  fs::path baseline() const { return runs_ / "baseline.json"; }
  fs::path operator/(const std::string& name) const { return runs_ / name; }

 private:
  test::SmallRuns runs_{{"first", "second"}};
};

}  // namespace

TEST_CASE("a gate passes what is the same and stops what is worse, by exit code", "[cli]") {
  const GuardedRun guarded;
  const test::ProgramResult same = guarded.regress("", "run");
  CHECK(same.code == 0);
  CHECK_THAT(same.text, Contains("4 cells of the baseline: 4 compared") && !Contains("worse"));
  CHECK_THAT(adrep_program("regress " + guarded.baseline().string() + " --list").text,
             Contains("data/first/") && Contains("/padim/raw") && Contains("4 cells"));

  guarded.run("wrong", "padim.sigma=40");
  const test::ProgramResult wrong = guarded.regress("", "wrong");
  // on drawn noise a wrong width may raise metrics; then going back lowers them
  const fs::path turned = guarded / "turned.json";
  REQUIRE(adrep_program(fmt::format("regress {} {} --update", turned.string(), (guarded / "wrong").string())).code ==
          0);
  const test::ProgramResult back =
      adrep_program(fmt::format("regress {} {}", turned.string(), (guarded / "run").string()));
  INFO(wrong.text << back.text);
  CHECK(std::max(wrong.code, back.code) == 3);
  CHECK_THAT(wrong.code == 3 ? wrong.text : back.text, Contains("padim/raw") && Contains("worse"));
  CHECK_THAT(wrong.text, Contains("another setting, padim.sigma: 40") && Contains("2 cells"));
  CHECK_THAT(guarded.regress("--explain '*/first/*/padim/raw'", "wrong").text,
             Contains("padim.sigma: 40.0, baseline 4.0"));

  // lost cells
  guarded.run("half", "classes=first");
  CHECK(guarded.regress("--only '*/first/*'", "half").code == 0);
  const test::ProgramResult half = guarded.regress("", "half");
  CHECK(half.code == 2);
  CHECK_THAT(half.text, Contains("missing") && Contains("data/second/"));
  CHECK(guarded.regress("--only '*/second/*'", "half").code == 2);
}

TEST_CASE("answers of the gate as files; the exit code stays", "[cli]") {
  const GuardedRun guarded;
  guarded.run("half", "classes=first");
  for (const auto& [name, says] : std::map<std::string, std::string>{{"r.md", "| cell | old |"},
                                                                     {"r.json", "\"exit_code\": 2"},
                                                                     {"r.xml", "<testsuites>"},
                                                                     {"r.txt", "missing"}}) {
    const test::ProgramResult result = guarded.regress("--output " + (guarded / name).string(), "half");
    CHECK(result.code == 2);
    CHECK_THAT(result.text, Contains("missing") && Contains("written: "));
    CHECK_THAT(read_file(guarded / name), Contains(says));
  }
  CHECK_THAT(guarded.regress("--format junit", "half").text, Contains("<?xml"));
}

TEST_CASE("wrong use of the gate is one line and 2", "[cli]") {
  const GuardedRun guarded;
  const auto refused = [&](const std::string& words, const std::string& results, const std::string& says) {
    const test::ProgramResult result = guarded.regress(words, results);
    INFO(words << "\n" << result.text);
    CHECK(result.code == 2);
    CHECK(result.lines() == 1);
    CHECK_THAT(result.text, Contains(says));
  };
  refused("", "gone", "no such folder of results");
  fs::create_directories(guarded / "empty");
  refused("", "empty", "no cells");
  refused("--tolerance pro", "run", "give GLOB=POINTS");
  refused("--tolerance '*=x'", "run", "give GLOB=POINTS");
  refused("--alpha 2", "run", "--alpha");
  refused("--output r.doc", "run", "a file that ends in");
  refused("--output " + guarded.baseline().string() + " --format markdown", "run", "it is the baseline");
  refused("--explain ''", "run", "--explain");
  refused("--update --strict", "run", "--update compares nothing");
  refused("--explain nothing", "run", "no such cell");
  CHECK(adrep_program("regress " + guarded.baseline().string()).code == 2);
  CHECK(adrep_program("regress gone.json " + (guarded / "run").string()).code == 2);
  const std::string text = read_file(guarded.baseline());
  write_file_atomically(guarded.baseline(), text.substr(0, 200));
  refused("", "run", "no baseline");
  std::string changed = text;
  changed.replace(changed.find("\"value\":") + 8, 3, "0.1");
  write_file_atomically(guarded.baseline(), changed);
  refused("", "run", "damaged cell of the baseline");
}
