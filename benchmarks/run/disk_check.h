#pragma once
#include "benchmarks/run/class_sizes.h"
#include "benchmarks/run/fits_left.h"

namespace adrep {

/// What of a plan finds no room on disk.
struct DiskShortages {
  std::vector<std::string> spill;  ///< features that do not fit into memory= and not into files either: fits fail
  std::vector<std::string> cache;  ///< features that the cache will not keep: they would be computed again
};

/// Compares what features take with what is free on the disks where they would lie. Nothing is computed.
DiskShortages disk_shortages(const Plan& plan, const std::filesystem::path& output, ClassSizes& sizes, FitsLeft& left);

}  // namespace adrep
