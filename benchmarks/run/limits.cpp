#include "benchmarks/run/limits.h"

#include "benchmarks/run/disk_check.h"
#include "benchmarks/run/memory_check.h"

namespace adrep {

Limits limits_of(const Plan& plan, const std::filesystem::path& output) {
  ClassSizes sizes;
  FitsLeft left(output);
  Limits limits{memory_shortages(plan, sizes, left), {}};
  DiskShortages disk = disk_shortages(plan, output, sizes, left);
  limits.exceeded.insert(limits.exceeded.end(), disk.spill.begin(), disk.spill.end());
  limits.warnings = std::move(disk.cache);
  return limits;
}

}  // namespace adrep
