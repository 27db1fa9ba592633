// What lies beside a finished cell is checked, and made again where it is gone or damaged.
#include <catch2/catch.hpp>

#include "benchmarks/planned_runs.h"
#include "benchmarks/run/examples.h"
#include "core/base/log.h"
#include "support/trees.h"

using namespace adrep;
using test::plan_of;
using test::TemporaryFolder;
namespace fs = std::filesystem;

namespace {

/// All files of a folder by relative path.
std::map<std::string, std::string> contents_of(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) files[entry.path().lexically_relative(folder).generic_string()] = read_file(entry);
  return files;
}

/// Another bit in the middle, the first half alone, or no file.
void harm(const fs::path& file, const std::string& how) {
  std::string bytes = read_file(file);
  if (how == "gone") {
    fs::remove(file);
    return;
  }
  if (how == "one bit") bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  write_file_atomically(file, how == "cut" ? bytes.substr(0, bytes.size() / 2) : bytes);
}

}  // namespace

TEST_CASE("pictures, maps and models of finished cells that are harmed are made again, byte for byte", "[runner]") {
  set_verbosity(Verbosity::quiet);
  const TemporaryFolder folder;
  test::write_mvtec_class(folder / "data", "plate", 5, 3);
  const Plan plan =
      plan_of({"detector=padim", "features=raw,residual", "maps=npy", "models=keep", "report.examples=2"}, folder);
  REQUIRE(run_plan(plan, folder / "out").failed() == 0);
  std::map<std::string, std::string> before;
  for (const char* kept : {"examples", "maps", "models", "cells"})
    for (const auto& [name, bytes] : contents_of(folder / "out" / kept)) before[kept + ("/" + name)] = bytes;
  const std::string how = GENERATE("one bit", "cut", "gone");
  const bool cached = GENERATE(true, false);
  int64_t harmed = 0;
  for (const auto& [name, bytes] : before) {
    if (name.starts_with("cells/") || name.ends_with("cell.json") || name.ends_with(".png")) continue;
    if (name.starts_with("maps/") && harmed > 8) continue;  // a few of the maps stand for all
    INFO(name << ": " << how << (cached ? "" : ", without cached scores"));
    harm(folder / "out" / name, how);
    if (!cached) test::forget_scores(folder);
    const RunOutcome outcome = run_plan(plan, folder / "out");
    CHECK(outcome.failed() == 0);
    CHECK(outcome.work.evaluated == 0);
    for (const CellOutcome& cell : outcome.cells) CHECK(cell.reused);
    fs::remove_all(folder / "out/maps/previous");
    for (const auto& [other, content] : before) {
      INFO(other);
      CHECK((fs::exists(folder / "out" / other) && read_file(folder / "out" / other) == content));
    }
    ++harmed;
  }
  CHECK(harmed >= 8);
}

TEST_CASE("a run without pictures is not computed again for a report that shows some", "[runner]") {
  set_verbosity(Verbosity::quiet);
  const TemporaryFolder folder;
  test::write_mvtec_class(folder / "data", "plate", 4, 2);
  const auto run = [&](const std::string& examples) {
    test::forget_scores(folder);
    return run_plan(plan_of({"detector=feature_norm", "report.examples=" + examples}, folder), folder / "out");
  };
  CHECK(run("0").work.fitted == 1);
  CHECK(run("2").work.text() == "0 fitted, 0 scored, 0 evaluated, 1 from earlier runs");
}

TEST_CASE("classes of equal images are finished after one run", "[runner]") {
  set_verbosity(Verbosity::quiet);
  const TemporaryFolder folder;
  for (const char* name : {"plate", "sheet"}) test::write_mvtec_class(folder / "data", name, 4, 2);
  const Plan plan = plan_of({"detector=feature_norm", "features=raw"}, folder);
  REQUIRE(run_plan(plan, folder / "out").work.evaluated == 2);
  const auto before = contents_of(folder / "out");
  const WorkCount again = run_plan(plan, folder / "out").work;
  CHECK((again.fitted == 0 && again.scored == 0 && again.reused == 2));
  CHECK(contents_of(folder / "out") == before);
}
