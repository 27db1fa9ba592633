#include "core/base/machine_memory.h"

#include <sys/sysinfo.h>

namespace adrep {

int64_t machine_memory() {
  struct sysinfo machine {};
  sysinfo(&machine);
  return static_cast<int64_t>(machine.totalram) * static_cast<int64_t>(machine.mem_unit);
}

}  // namespace adrep
