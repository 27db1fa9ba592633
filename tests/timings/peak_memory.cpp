#include "peak_memory.h"

#include <malloc.h>

#include <fstream>
#include <string>

#include "core/base/kept_memory.h"

namespace adrep::timing {
namespace {

/// A line "NAME:  123 kB" of the process's status, in MiB.
double status(const std::string& name) {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with(name + ":")) return std::stod(line.substr(name.size() + 1)) / 1024;
  return 0;
}

}  // namespace

PeakMemory::PeakMemory() {
  release_tensor_memory();  // what earlier calls freed is not there to be used for nothing
  malloc_trim(0);
  std::ofstream("/proc/self/clear_refs") << 5;  // the peak counts from here on
  before_ = status("VmRSS");
}

double PeakMemory::mib() const {
  return status("VmHWM") - before_;
}

}  // namespace adrep::timing
