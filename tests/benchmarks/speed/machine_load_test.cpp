#include "benchmarks/speed/machine_load.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "core/base/interrupt.h"
#include "support/thrown.h"

using namespace adrep;
using Catch::Matchers::Contains;

namespace {

/// /proc/stat of two processors: user nice system idle iowait irq softirq steal guest guest_nice.
const std::string stat_text =
    "cpu  9 9 9 9 9 9 9 9 9 9\n"
    "cpu0 10 2 3 100 20 1 4 5 10 0\n"
    "cpu1 1 0 0 200 0 0 0 0 0 0\n"
    "intr 77 cpu1 5\nctxt 99\n";

/// Readings that come from a list and are counted.
struct ListedReadings {
  std::vector<double> busy;
  size_t taken = 0;
  MachineLoad operator()() { return {busy.at(taken++), 4}; }
};

}  // namespace

TEST_CASE("what of /proc/stat is busy: all but idle and waiting, each processor by itself", "[speed]") {
  const ProcessorTimes both = processor_times(stat_text, [](int) { return true; });
  CHECK(both.processors == 2);
  CHECK(both.busy == 10 + 2 + 3 + 1 + 4 + 5 + 1);  // guests stand in user
  CHECK(both.all == both.busy + 100 + 20 + 200);
  const ProcessorTimes second = processor_times(stat_text, [](int processor) { return processor == 1; });
  CHECK(second.processors == 1);
  CHECK(second.busy == 1);
  CHECK(second.all == 201);
  CHECK_THROWS_WITH(processor_times("cpu  1 2 3\n", [](int) { return true; }), Contains("/proc/stat"));
  // kernels before 2.6.33 have fewer columns
  CHECK(processor_times("cpu0 5 0 0 10\n", [](int) { return true; }).all == 15);
}

TEST_CASE("a load is the share of the time between two readings, in processors", "[speed]") {
  const MachineLoad load = load_between({4, 1000, 5000}, {4, 1050, 5400});
  CHECK(load.busy == Approx(0.5));
  CHECK(load.processors == 4);
  CHECK(load_between({4, 1000, 5000}, {4, 1400, 5400}).busy == Approx(4));
  CHECK(load_between({4, 1000, 5000}, {4, 999, 5000}).busy == 0);
}

TEST_CASE("this machine's load lies between nothing and all of its processors", "[speed]") {
  const MachineLoad load = measured_load();
  CHECK(load.processors >= 1);
  CHECK(load.busy >= 0);
  CHECK(load.busy <= load.processors);
  set_interrupted(true);
  const std::exception_ptr stopped = test::thrown_by([] { measured_load(); });
  set_interrupted(false);
  CHECK_THROWS_AS(std::rethrow_exception(stopped), Interrupted);
}

TEST_CASE("a calm machine may be busy by a twentieth of its processors, and by a tenth of one", "[speed]") {
  CHECK(calm_limit(1) == Approx(0.1));
  CHECK(calm_limit(2) == Approx(0.1));
  CHECK(calm_limit(16) == Approx(0.8));
}

TEST_CASE("a busy machine is waited for, and refused with what was measured", "[speed]") {
  ListedReadings calm{{0.1}}, soon{{1.5, 0.3, 0.2, 9}}, never{{2, 3, 3.25, 0}};
  CHECK(wait_for_calm(std::ref(calm)).busy == 0.1);
  CHECK(wait_for_calm(std::ref(soon), 5).busy == 0.2);
  CHECK(soon.taken == 3);
  CHECK_THROWS_WITH(wait_for_calm(std::ref(never), 2),
                    Contains("3.25 of 4 processors") && Contains("at most 0.20") && !Contains("\n"));
  CHECK(never.taken == 3);
}
