#include "benchmarks/cluster/task_lease.h"

#include "benchmarks/plan/run_settings.h"

namespace adrep {

TaskLease::TaskLease(const NamedTask& task, const std::string& title, bool holds) {
  if (!holds) return;
  const std::filesystem::path folder = std::filesystem::absolute(task.file).parent_path();
  const std::filesystem::path results = folder.parent_path().parent_path();
  lease_ = Leases(RunSettings().lease).try_take(task_lease(results, folder.filename().string(), task.number), title);
}

}  // namespace adrep
