#include "benchmarks/speed/machine_load.h"

#include <sched.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <fstream>
#include <iterator>
#include <numeric>
#include <sstream>
#include <thread>

#include "core/base/error.h"
#include "core/base/interrupt.h"
#include "core/base/log.h"

namespace adrep {
namespace {

/// Columns of /proc/stat: user, nice, system, idle, iowait, irq, softirq, steal.
constexpr size_t idle_column = 3, iowait_column = 4, stat_columns = 8;

ProcessorTimes times_now() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  const bool known = sched_getaffinity(0, sizeof allowed, &allowed) == 0;  // not on more than 1024 processors
  std::ifstream file("/proc/stat");
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  return processor_times(text, [&](int processor) { return !known || CPU_ISSET(processor, &allowed); });
}

}  // namespace

ProcessorTimes processor_times(const std::string& stat, const std::function<bool(int processor)>& counts) {
  ProcessorTimes times;
  std::istringstream lines(stat);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    std::string name;
    std::array<int64_t, stat_columns> ticks{};
    fields >> name;
    if (!name.starts_with("cpu") || name == "cpu" || !counts(std::atoi(name.c_str() + 3))) continue;
    for (int64_t& column : ticks) fields >> column;
    ++times.processors;
    const int64_t all = std::accumulate(ticks.begin(), ticks.end(), int64_t{0});
    times.all += all;
    times.busy += all - ticks[idle_column] - ticks[iowait_column];
  }
  if (times.processors == 0)
    throw_failure("/proc/stat: it has no line of a processor: how busy the machine is cannot be known here");
  return times;
}

MachineLoad load_between(const ProcessorTimes& earlier, const ProcessorTimes& later) {
  // the kernel's sums may step back by a tick
  const auto busy = static_cast<double>(std::max<int64_t>(later.busy - earlier.busy, 0));
  const auto all = static_cast<double>(std::max<int64_t>(later.all - earlier.all, 1));
  return {std::min(busy / all, 1.0) * later.processors, later.processors};
}

MachineLoad measured_load() {
  const ProcessorTimes before = times_now();
  for (int tenth = 0; tenth < 10; ++tenth) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    if (interrupted()) throw Interrupted("interrupted: nothing of it is kept");
  }
  return load_between(before, times_now());
}

double calm_limit(int processors) {
  return std::max(0.1, 0.05 * processors);
}

MachineLoad wait_for_calm(const LoadReading& reading, int most) {
  MachineLoad load = reading();
  const auto is_busy = [&load] { return load.busy > calm_limit(load.processors); };
  const auto text = [&load] {
    return fmt::format("{:.2f} of {} processors are taken by other work", load.busy, load.processors);
  };
  if (is_busy()) log_info(fmt::format("waiting up to {} s for a calm machine: {}", most, text()));
  for (int again = 0; is_busy() && again < most; ++again) load = reading();
  if (is_busy())
    throw_failure("the machine is busy, so times would say nothing: {}, at most {:.2f} may be: end it ('top' names it)",
                  text(), calm_limit(load.processors));
  return load;
}

}  // namespace adrep
