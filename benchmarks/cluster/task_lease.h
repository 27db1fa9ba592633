#pragma once
#include <optional>
#include <string>

#include "benchmarks/cluster/submission.h"
#include "core/base/lease.h"

namespace adrep {

/// Says, while it lives, that the process of a submission's task does (adrep status).
class TaskLease {
 public:
  /// `holds`: of several processes of one task one alone says so. Where an earlier attempt at the task still runs, on a
  /// node that the scheduler lost, that one does.
  TaskLease(const NamedTask& task, const std::string& title, bool holds);

 private:
  std::optional<Lease> lease_;
};

}  // namespace adrep
