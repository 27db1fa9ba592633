#include "benchmarks/speed/build_race.h"

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>

#include <cstdlib>
#include <sstream>
#include <thread>

#include "benchmarks/speed/stand_in_builds.h"
#include "core/base/atomic_file.h"
#include "core/base/descriptor.h"
#include "core/base/error.h"
#include "core/base/interrupt.h"
#include "support/golden.h"
#include "support/seeded_backbones.h"
#include "support/thrown.h"
#include "support/trees.h"

using namespace adrep;
using Catch::Matchers::Contains;
using test::write_build;
namespace fs = std::filesystem;

namespace {

/// A folder for builds, and one that stands for the system's temporary folder while it lives.
class RaceFolder {
 public:
  RaceFolder() : before_(std::getenv("TMPDIR") ? std::getenv("TMPDIR") : "") {
    fs::create_directory(temporary());
    setenv("TMPDIR", temporary().c_str(), 1);
  }
  ~RaceFolder() { before_.empty() ? unsetenv("TMPDIR") : setenv("TMPDIR", before_.c_str(), 1); }
  RaceFolder(const RaceFolder&) = delete;
  RaceFolder& operator=(const RaceFolder&) = delete;

  fs::path operator/(const std::string& name) const { return folder_ / name; }
  fs::path temporary() const { return folder_ / "temporary"; }

 private:
  test::TemporaryFolder folder_;
  std::string before_;
};

MachineLoad calm_reading() {
  return {0, 2};
}

RaceSettings race_of(const RaceFolder& folder, int64_t repeats = 3) {
  return {.a = folder / "a/adrep", .b = folder / "b/adrep", .words = {"data=some where", "seed=1"}, .repeats = repeats};
}

/// What a race throws, with the words of its message.
std::string refusal_of(const RaceSettings& settings, ExitCode code, const LoadReading& reading = calm_reading) {
  try {
    race_builds(settings, reading);
  } catch (const Error& error) {
    CHECK((error.code() == code));
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("builds run in turns of swapped order, each with fresh folders, and nothing stays", "[speed]") {
  const RaceFolder folder;
  const std::string note = "echo \"$(basename $(dirname $0)):$1:$2:$3:$#\" >> " + (folder / "runs").string();
  write_build(folder / "a/adrep", note);
  write_build(folder / "b/bin/adrep", note);  // a build folder
  RaceSettings settings = race_of(folder);
  settings.b = folder / "b";
  int readings = 0;
  const BuildRace race = race_builds(settings, [&readings] { return MachineLoad{0.01 * ++readings, 2}; });
  std::istringstream lines(read_file(folder / "runs"));
  std::string order;
  for (std::string line; std::getline(lines, line);) {
    const bool of_a = line.starts_with("a:");
    CHECK(line.substr(line.find(':')) == ":run:data=some where:seed=1:5");
    order += of_a ? 'A' : 'B';
  }
  CHECK(order ==
        "AB"
        "AB"
        "BA"
        "AB");
  CHECK(readings == 4);
  CHECK(race.busiest.busy == Approx(0.04));
  CHECK(race.a.version == "adrep 9.9 (stand-in)");
  CHECK(race.b.program == folder / "b/bin/adrep");
  CHECK(race.a.turns.size() == 3);
  CHECK(race.b.turns.size() == 3);
  CHECK(fs::is_empty(folder.temporary()));
}

TEST_CASE("time is at least what a build slept, and memory what it filled", "[speed][slow]") {
  const RaceFolder folder;
  const ChildEnd first = run_measured({"/bin/sh", "-c", "exit 0"}, folder / "output");
  // dd fills a buffer of this size: more than what this process holds, which counts for every child
  const int64_t block = first.cost.least_peak + (int64_t{32} << 20);
  const auto fill = [](int64_t bytes) { return fmt::format("dd if=/dev/zero of=/dev/null bs={} count=1", bytes); };
  write_build(folder / "a/adrep", fill(block) + " && sleep 0.2");
  write_build(folder / "b/adrep", fill(block + block / 2));
  const BuildRace race = race_builds(race_of(folder), calm_reading);
  for (const ChildCost& cost : race.a.turns) {
    CHECK(cost.seconds >= 0.2);
    CHECK(cost.peak_bytes >= block);
    CHECK(cost.peak_bytes < block + block / 4);
  }
  CHECK((race.memory.change == Change::more));
  CHECK(race.memory.ratio == Approx(1.5).epsilon(0.1));
  CHECK(is_regression(race));
}

TEST_CASE("cells of the last turns are compared by their names and bytes", "[speed]") {
  const RaceFolder folder;
  const std::string cell = "echo '{}' > $output/cells/";
  write_build(folder / "a/adrep", cell + "1.json; " + cell + "2.json");
  const auto differ = [&](const std::string& work) {
    write_build(folder / "b/adrep", work);
    const CellDifference cells = race_builds(race_of(folder), calm_reading).cells;
    return std::pair(cells.different, cells.cells);
  };
  CHECK(differ(cell + "1.json; " + cell + "2.json") == std::pair<int64_t, int64_t>(0, 2));
  CHECK(differ(cell + "1.json; " + cell + "2.json; echo >> $output/cells/2.json") == std::pair<int64_t, int64_t>(1, 2));
  CHECK(differ(cell + "1.json; " + cell + "3.json") == std::pair<int64_t, int64_t>(2, 3));
}

TEST_CASE("a build that cannot run the configuration is named with its last error", "[speed]") {
  const RaceFolder folder;
  write_build(folder / "a/adrep", "exit 0");
  write_build(folder / "b/adrep", "echo 'adrep: error: data=x: no such folder' >&2; echo bye; exit 2");
  const std::string failed = refusal_of(race_of(folder), ExitCode::failure);
  CHECK_THAT(failed, Contains("b/adrep: its run ended with exit code 2: adrep: error: data=x: no such folder"));
  write_build(folder / "b/adrep", "kill -9 $$");
  CHECK_THAT(refusal_of(race_of(folder), ExitCode::failure), Contains("its run ended with signal 9 (Killed)"));
  CHECK(fs::is_empty(folder.temporary()));
}

TEST_CASE("what is no build of adrep, or no race, is refused before anything runs", "[speed]") {
  const RaceFolder folder;
  const fs::path good = write_build(folder / "a/adrep", "touch " + (folder / "ran").string());
  const auto refused = [&](const RaceSettings& settings) { return refusal_of(settings, ExitCode::usage); };
  RaceSettings settings{.a = good, .b = good, .words = {"data=x"}};
  settings.b = folder / "nothing";
  CHECK_THAT(refused(settings), Contains("nothing: no such file or folder"));
  settings.b = folder / "a/text";
  std::ofstream(settings.b) << "adrep";
  CHECK_THAT(refused(settings), Contains("a/text: no program"));
  settings.b = "/bin/echo";
  CHECK_THAT(refused(settings), Contains("/bin/echo: no program of adrep"));
  settings.b = good;
  settings.repeats = 2;
  CHECK_THAT(refused(settings), Contains("--repeats 2: at least 3"));
  settings.repeats = 3;
  settings.tolerance = -0.1;
  CHECK_THAT(refused(settings), Contains("--tolerance -0.1"));
  settings.tolerance = 0;
  for (const std::string word : {"output=x", "cache.folder=x"}) {
    settings.words = {"data=x", word};
    CHECK_THAT(refused(settings), Contains(word + ": each turn has"));
  }
  settings.words.clear();
  CHECK_THAT(refused(settings), Contains("no configuration"));
  CHECK_FALSE(fs::exists(folder / "ran"));
}

TEST_CASE("a machine that does not become calm before a turn ends the race", "[speed]") {
  const RaceFolder folder;
  for (const char* name : {"a/adrep", "b/adrep"}) write_build(folder / name, "echo x >> " + (folder / "ran").string());
  CHECK_THAT(refusal_of(race_of(folder), ExitCode::failure,
                        [] {
                          return MachineLoad{1.2, 2};
                        }),
             Contains("the machine is busy"));
  CHECK_FALSE(fs::exists(folder / "ran"));
  // calm before the warm-up and the first turn alone
  int taken = 0;
  CHECK_THAT(refusal_of(race_of(folder), ExitCode::failure,
                        [&] {
                          return MachineLoad{++taken > 2 ? 0.5 : 0.0, 2};
                        }),
             Contains("0.50 of 2 processors"));
  CHECK(read_file(folder / "ran") == "x\nx\nx\nx\n");
  CHECK(fs::is_empty(folder.temporary()));
}

TEST_CASE("an interrupt kills all processes of a build and leaves no folder", "[speed]") {
  const RaceFolder folder;
  const fs::path alive = folder / "alive";
  REQUIRE(mkfifo(alive.c_str(), 0600) == 0);
  // both processes hold the pipe open until they end
  write_build(folder / "a/adrep", "exec 9> " + alive.string() + "; sleep 600 & sleep 600");
  write_build(folder / "b/adrep", "exit 0");
  std::exception_ptr thrown;
  std::thread race([&] { thrown = test::thrown_by([&] { race_builds(race_of(folder), calm_reading); }); });
  const Descriptor held(open(alive.c_str(), O_RDONLY));  // waits for the writer
  set_interrupted(true);
  race.join();
  set_interrupted(false);
  CHECK_THROWS_AS(std::rethrow_exception(thrown), Interrupted);
  pollfd ended{held.number(), 0, 0};
  CHECK(poll(&ended, 1, 20'000) == 1);
  CHECK((ended.revents & POLLHUP) != 0);
  CHECK(fs::is_empty(folder.temporary()));
}

TEST_CASE("a program races itself: the same cells, and no memory more", "[cli]") {
  const std::string backbone = test::seeded_backbone();  // in the system's own temporary folder
  const RaceFolder folder;
  test::write_mvtec_class(folder / "data", "plate", 4, 1);
  const RaceSettings settings{.a = ADREP_PROGRAM,
                              .b = ADREP_PROGRAM,
                              .words = {"data=" + (folder / "data").string(), "detector=feature_norm",
                                        "backbone=" + backbone, "image.resize=64", "image.crop=64"},
                              .repeats = 3,
                              .tolerance = 0.5};
  const BuildRace race = race_builds(settings, calm_reading);
  CHECK(race.cells.cells == 1);
  CHECK(race.cells.different == 0);
  CHECK((race.memory.change == Change::same));
  CHECK_THAT(race.a.version, Catch::Matchers::StartsWith("adrep "));
  CHECK(fs::is_empty(folder.temporary()));
}
