#include "core/base/stage_times.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <thread>

#include "support/golden.h"
#include "support/program.h"
#include "support/seeded_backbones.h"

using namespace adrep;
using Catch::Matchers::Contains;

namespace {

void wait_ms(int milliseconds) {
  std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
}

StageSeconds times_of(const std::string& stage) {
  const std::vector<StageSeconds> times = stage_times();
  const auto row = std::find_if(times.begin(), times.end(), [&](const StageSeconds& r) { return r.stage == stage; });
  return row == times.end() ? StageSeconds{} : *row;
}

}  // namespace

TEST_CASE("time counts for the innermost stage, and all of a thread's stages are its whole time", "[stage_times]") {
  const auto seconds_since = [](std::chrono::steady_clock::time_point begin) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  };
  const auto begin = std::chrono::steady_clock::now();
  count_stage_times();
  const auto counted = std::chrono::steady_clock::now();
  const double before = times_of("start").own;
  {
    const StageTime outer("outer");
    wait_ms(20);
    {
      const StageTime inner("inner");
      wait_ms(60);
      std::thread([] {
        wait_ms(10);  // no stage
        const StageTime inner_beside("inner");
        wait_ms(30);
        const StageTime beside("beside");
        wait_ms(20);
      }).join();
    }
    wait_ms(20);
  }
  wait_ms(10);
  CHECK(before > 0);
  CHECK(times_of("outer").own >= 0.04);
  CHECK(times_of("inner").own >= 0.12);
  CHECK(times_of("inner").beside >= 0.03);
  CHECK(times_of("beside").beside >= 0.02);
  CHECK(times_of("beside").own == 0);
  CHECK(times_of(other_stage).beside == 0);
  CHECK(times_of(other_stage).own >= 0.01);
  const double least = seconds_since(counted);
  double sum = 0;
  for (const StageSeconds& row : stage_times()) sum += row.own;
  CHECK(sum - before >= least);
  CHECK(sum - before <= seconds_since(begin));
}

TEST_CASE("a table of times has a line a stage and the sum", "[stage_times]") {
  CHECK(stage_times_text({}).empty());
  CHECK(stage_times_text({{"start", 0.25, 0}, {"decode", 0.5, 1.125}}) ==
        "seconds      main thread threads beside it\n"
        "start               0.25                  \n"
        "decode              0.50              1.12\n"
        "sum                 0.75              1.12\n");
}

TEST_CASE("adrep run --timings says how long each stage took", "[cli]") {
  const test::TemporaryFolder folder;
  const std::string run = fmt::format(
      "-q run data={0}/parts classes=fabric detector=padim,patchcore image.crop=64 weights={1} output={0}/results "
      "cache.folder={0}/cache",
      folder.path().string(), test::seeded_efficientnet().string());
  REQUIRE(test::adrep_program(fmt::format("-q datasets make-demo {}/parts train_per_class=4 normal_test_per_class=2 "
                                          "defects_per_type=1 size=64",
                                          folder.path().string()))
              .code == 0);
  const test::ProgramResult timed = test::adrep_program(run + " --timings");
  CAPTURE(timed.text);
  CHECK(timed.code == 0);
  for (const char* stage : {"start", "plan", "hash", "decode", "backbone", "fit", "score", "smooth", "metrics", "maps",
                            "report", "other", "sum"})
    CHECK_THAT(timed.text, Contains(fmt::format("\n{:<12}", stage)));
  const test::ProgramResult plain = test::adrep_program(run);
  CHECK_THAT(plain.text, !Contains("main thread"));
  CHECK(test::adrep_program(run + " --timings --dry-run").code == 2);
}
