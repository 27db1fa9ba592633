#include "benchmarks/plan/job_share.h"

#include <catch2/catch.hpp>

#include "support/thrown.h"

using namespace adrep;
using Catch::Matchers::Contains;

namespace {

RunConfig config_from(const std::vector<std::string>& words) {
  return resolve_run(read_config({}, words)).at(0);
}

}  // namespace

TEST_CASE("several devices are named in full, whether from the command line or a file", "[plan]") {
  CHECK(config_from({}).settings.devices == std::vector<std::string>{"cpu"});
  const RunSettings two = config_from({"device=cuda:0,2"}).settings;
  CHECK(two.devices == std::vector<std::string>{"cuda:0", "cuda:2"});
  CHECK(two.device == "cuda:0");
  CHECK(config_from({"device=\"cuda:1,3\""}).settings.devices == std::vector<std::string>{"cuda:1", "cuda:3"});
  CHECK_THROWS_WITH(config_from({"device=1"}), Contains("device=1: which kind"));
  CHECK_THROWS_WITH(config_from({"device=cuda:1,1"}), Contains("cuda:1 is named twice"));
  CHECK_THROWS_WITH(config_from({"device=cuda:0,cpu"}), Contains("the CPU"));
  CHECK_THROWS_WITH(config_from({"device="}), Contains("name one"));
}

TEST_CASE("jobs are as many as asked for, or one a device", "[plan]") {
  CHECK(jobs_of({config_from({})}) == 1);
  CHECK(jobs_of({config_from({"jobs=3"})}) == 3);
  CHECK(jobs_of({config_from({"device=cuda:0,1"})}) == 2);
  CHECK(jobs_of({config_from({"device=cuda:0,1", "jobs=4"})}) == 4);
  CHECK_THROWS_WITH(jobs_of({config_from({"jobs=2"}), config_from({"jobs=3"})}), Contains("jobs=2 and 3"));
}

TEST_CASE("jobs share threads, memory and devices", "[plan]") {
  const RunConfig whole = config_from({"memory=6", "threads=7", "device=cuda:0,1"});
  const RunSettings alone = share_of(whole, 0, 1).settings;
  CHECK(alone.memory == 6);
  CHECK(alone.threads == 7);
  std::vector<std::string> devices;
  for (int64_t job = 0; job < 3; ++job) {
    const RunSettings share = share_of(whole, job, 3).settings;
    CHECK(share.memory == 2);
    CHECK(share.threads == 2);
    devices.push_back(share.device);
  }
  CHECK(devices == std::vector<std::string>{"cuda:0", "cuda:1", "cuda:0"});
  CHECK(share_of(config_from({"threads=2"}), 0, 5).settings.threads == 1);
  CHECK_THROWS_WITH(share_of(config_from({"memory=1.5"}), 0, 4),
                    Contains("jobs=4: of memory=1.5") && Contains("set memory=2"));
  const RunConfig two = share_of(config_from({"memory=6", "jobs=2"}), 0, 2);
  CHECK(memory_setting(two.settings, two.settings.memory) == "jobs=2 memory=6");
  CHECK(memory_setting(alone, alone.memory) == "jobs=2 memory=12");  // one a device
  CHECK(memory_setting(config_from({}).settings, 8) == "memory=8");
}
