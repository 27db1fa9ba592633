#pragma once
#include <cstdint>
#include <functional>
#include <string>

namespace adrep {

/// Processor time since the machine started, in the kernel's ticks, summed over processors.
struct ProcessorTimes {
  int processors = 0;
  int64_t busy = 0;  ///< user, nice, system, irq, softirq and steal
  int64_t all = 0;   ///< busy, idle and iowait
};

/// From the text of /proc/stat, the lines "cpuN" of those processors that `counts` says to count. Waiting for a disk is
/// idle there; what another virtual machine took (steal) is busy, for it is as much in the way. Time of guests stands
/// in user already. Throws Error where there is no such line.
ProcessorTimes processor_times(const std::string& stat, const std::function<bool(int processor)>& counts);

/// How busy processors were with anything.
struct MachineLoad {
  double busy = 0;  ///< in processors: 0.5 is one of them half the time
  int processors = 0;
};

MachineLoad load_between(const ProcessorTimes& earlier, const ProcessorTimes& later);

/// Of the processors that this process may run on (taskset), over a second in which it sleeps. Throws Error where
/// /proc/stat cannot be read, Interrupted.
MachineLoad measured_load();

/// How busy a machine may be, in processors, to be called calm: a twentieth of all of them, and a tenth of one where
/// they are few. A program with a thread a processor is slowed down by the share that others take, so by no more than 5
/// %; a tenth of one is ten ticks of a reading, well above what an idle system does.
double calm_limit(int processors);

using LoadReading = std::function<MachineLoad()>;

/// Takes readings until one is calm, and says so when it has to wait. Throws Error after `most` more readings (of a
/// second each): what was measured and what to do.
MachineLoad wait_for_calm(const LoadReading& reading, int most = 30);

}  // namespace adrep
