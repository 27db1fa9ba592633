#pragma once
#include <filesystem>
#include <map>
#include <set>

#include "benchmarks/plan/plan.h"

namespace adrep {

/// Which cells of a plan are still to be fitted: neither in the store nor with scores in the cache. Looked up class by
/// class when first asked, since every image's content is read for it that is not known.
class FitsLeft {
 public:
  explicit FitsLeft(std::filesystem::path output) : output_(std::move(output)) {}

  /// `cell` is one of the group's. True also where nothing is known, for want of a file.
  bool holds(const PlannedGroup& group, const PlannedCell& cell);
  bool any(const PlannedGroup& group);

 private:
  using Cells = std::set<const PlannedCell*>;
  const Cells& of(const PlannedGroup& group);

  std::filesystem::path output_;
  std::map<const PlannedGroup*, Cells> known_;
};

}  // namespace adrep
