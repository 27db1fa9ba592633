// Sweeps to which something happens between two runs, or while one goes on: one line, and nothing is lost.
#include <catch2/catch.hpp>

#include <fmt/format.h>

#include <future>
#include <thread>

#include "benchmarks/planned_runs.h"
#include "core/base/atomic_file.h"
#include "core/base/hash.h"
#include "support/program.h"
#include "support/trees.h"
#include "tools/vit_entries.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

/// A sweep of three detectors on residuals of the classes first and second; CFLOW takes a moment.
class SmallSweep {
 public:
  SmallSweep() {
    write_mvtec_class(folder_ / "data", "first", 4, 2);
    write_mvtec_class(folder_ / "data", "second", 4, 2, 72);
    for (const char* name : {"first", "second"})
      write_file_atomically(folder_ / "lists" / (name + std::string(".txt")), "good/0.png\ngood/1.png\n");
    write_vit("vit.pth", 2);
    write("sweep.yaml", "detector: [feature_norm, padim, cflow]");
  }

  void write(const std::string& file, const std::string& axis) const {
    write_file_atomically(
        folder_ / file,
        fmt::format("base:\n"
                    "  backbone: vit\n"
                    "  weights: {0}/vit.pth\n"
                    "  features: residual\n"
                    "  references: {{select: list, list: {0}/lists, shots: 2}}\n"
                    "  image: {{resize: 64, crop: 64}}\n"
                    "  cflow: {{meta_epochs: 20, sub_epochs: 2, blocks: 4, condition: 16, batch: 4, fibres: 64}}\n"
                    "  cache: off\n"
                    "  threads: 1\n"
                    "  output: {0}/out\n"
                    "axes:\n"
                    "  data: {{parts: {{data: {0}/data, layout: mvtec_ad}}}}\n"
                    "  {1}\n",
                    path(), axis));
  }
  /// Other depths have other weights.
  void write_vit(const std::string& file, int64_t depth) const {
    write_torch_zip(folder_ / (file + ".new"), dinov2_entries({.width = 64, .depth = depth, .patch = 8, .grid = 8}));
    fs::rename(folder_ / (file + ".new"), folder_ / file);
  }
  ProgramResult run(const std::string& words, const std::string& file = "sweep.yaml") const {
    return adrep_program(fmt::format("run -q {}/{} {}", path(), file, words));
  }
  std::string path() const { return folder_.path().string(); }
  fs::path operator/(const std::string& name) const { return folder_ / name; }
  std::map<std::string, std::string> cells() const { return cell_files(folder_ / "out"); }
  /// Also while a run writes more.
  int cell_count() const {
    int count = 0;
    std::error_code none;
    for (fs::directory_iterator entry(folder_ / "out/cells", none), end; !none && entry != end; entry.increment(none))
      count += entry->path().extension() == ".json";
    return count;
  }

 private:
  TemporaryFolder folder_;
};

std::string weights_of(const std::string& cell) {
  return nlohmann::json::parse(cell).at("key").at("fit").at("weights");
}

bool holds_all(const std::map<std::string, std::string>& files, const std::map<std::string, std::string>& wanted) {
  return std::includes(files.begin(), files.end(), wanted.begin(), wanted.end());
}

}  // namespace

TEST_CASE("a data set that has moved is one line; where it lies now the sweep goes on", "[cli][sweep]") {
  const SmallSweep sweep;
  REQUIRE(sweep.run("detector=feature_norm,padim").code == 0);
  const auto finished = sweep.cells();
  REQUIRE(finished.size() == 4);
  const std::string table = read_file(sweep / "out/table.csv");
  fs::rename(sweep / "data", sweep / "moved");
  for (const char* words : {"", "--retry-failed", "--tables-only"}) {
    const ProgramResult result = sweep.run(words);
    INFO(words << result.text);
    CHECK(result.code == 2);
    CHECK(result.lines() == 1);
    CHECK_THAT(result.text, Contains("data=" + sweep.path() + "/data") && Contains("no such folder"));
  }
  CHECK(sweep.cells() == finished);
  CHECK(read_file(sweep / "out/table.csv") == table);
  const ProgramResult moved = sweep.run("axes.data.parts.data=" + (sweep / "moved").string());
  INFO(moved.text);
  CHECK(moved.code == 0);
  CHECK_THAT(moved.text, Contains("6 cells (2 fitted, 2 scored, 2 evaluated, 4 from earlier runs, 0 failed)"));
  CHECK(holds_all(sweep.cells(), finished));
}

TEST_CASE("weights that change while a sweep goes on are one line, and no cell of the new ones is made",
          "[cli][sweep]") {
  const SmallSweep sweep;
  const std::string before = sha256_of(read_file(sweep / "vit.pth"));
  fs::copy_file(sweep / "vit.pth", sweep / "old.pth");
  sweep.write_vit("new.pth", 3);
  std::future<ProgramResult> running = std::async(std::launch::async, [&] { return sweep.run(""); });
  for (int i = 0; i < 6000 && sweep.cell_count() == 0; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  fs::rename(sweep / "new.pth", sweep / "vit.pth");  // at one moment
  const ProgramResult result = running.get();
  INFO(result.text);
  CHECK(result.code == 2);
  const auto finished = sweep.cells();
  REQUIRE(!finished.empty());
  REQUIRE(finished.size() < 6);
  for (const auto& [name, cell] : finished) CHECK(weights_of(cell) == before);
  CHECK_THAT(result.text, Contains("error: weights=" + sweep.path() + "/vit.pth") &&
                              Contains("changed during the run: finished cells are kept"));
  const size_t first = result.text.find("error:");
  CHECK(result.text.find("error:", first + 1) == std::string::npos);

  // with the new ones all is computed; with the old ones, what was not
  const ProgramResult anew = sweep.run("");
  INFO(anew.text);
  CHECK(anew.code == 0);
  CHECK_THAT(anew.text, Contains("6 evaluated, 0 from earlier runs"));
  CHECK(holds_all(sweep.cells(), finished));
  fs::rename(sweep / "old.pth", sweep / "vit.pth");
  const ProgramResult old = sweep.run("");
  INFO(old.text);
  CHECK(old.code == 0);
  CHECK_THAT(old.text, Contains(fmt::format("{} from earlier runs", finished.size())));
  CHECK(sweep.cell_count() == 12);
}

TEST_CASE("a folder with the results of another plan keeps them, with their tables", "[cli][sweep]") {
  const SmallSweep sweep;
  REQUIRE(sweep.run("detector=feature_norm").code == 0);
  const auto finished = sweep.cells();
  const std::string table = read_file(sweep / "out/table.csv");
  sweep.write("other.yaml", "seed: [1, 2]");
  const std::string padim = "detector=patchcore classes=first";

  const ProgramResult nothing = sweep.run(padim + " --tables-only", "other.yaml");
  INFO(nothing.text);
  CHECK(nothing.code == 2);
  CHECK(nothing.lines() == 1);
  CHECK_THAT(nothing.text, Contains("no result of this plan yet"));
  CHECK(read_file(sweep / "out/table.csv") == table);

  const ProgramResult other = sweep.run(padim, "other.yaml");
  INFO(other.text);
  CHECK(other.code == 0);
  CHECK(holds_all(sweep.cells(), finished));
  CHECK(read_file(sweep / "out/table.csv") != table);
  size_t kept = 0;
  for (const auto& entry : fs::recursive_directory_iterator(sweep / "out/previous"))
    kept += entry.path().filename() == "table.csv" && read_file(entry.path()) == table;
  CHECK(kept == 1);
  CHECK_THAT(sweep.run("detector=feature_norm").text, Contains("0 evaluated, 2 from earlier runs"));
  CHECK(read_file(sweep / "out/table.csv") == table);
}

TEST_CASE("a plan of more combinations than the limit is one line before anything is done", "[cli][sweep]") {
  const SmallSweep sweep;
  std::string hundred = "0";
  for (int i = 1; i <= 100; ++i) hundred += "," + std::to_string(i);
  sweep.write("large.yaml", "seed: [" + hundred + "]\n  references.seed: [" + hundred + "]");
  for (const char* words : {"", "--dry-run", "--print-plan", "--tables-only"}) {
    const ProgramResult result = sweep.run(words, "large.yaml");
    INFO(words << result.text);
    CHECK(result.code == 2);
    CHECK(result.lines() == 1);
    CHECK_THAT(result.text, Contains("large.yaml:14: the axes make more than 10000 combinations"));
  }
  const ProgramResult swept = sweep.run("seed=" + hundred + " references.seed=" + hundred);
  INFO(swept.text);
  CHECK(swept.code == 2);
  CHECK(swept.lines() == 1);
  CHECK_THAT(swept.text, Contains("more than 10000 configurations"));
  CHECK_FALSE(fs::exists(sweep / "out"));
}
