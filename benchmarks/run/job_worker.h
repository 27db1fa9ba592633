#pragma once
#include "benchmarks/run/job_messages.h"
#include "core/base/child_process.h"

namespace adrep {

/// The side of a job in a run that is divided among processes (run_jobs.h).
class JobWorker {
 public:
  /// Waits for its place. Throws Error when nobody tells it.
  JobWorker();

  const JobPlace& place() const { return place_; }
  /// Computes what it is told to, until there is no more. `plan`: the run's, of configurations with this job's share.
  void serve(const Plan& plan, const std::filesystem::path& output);

 private:
  LineChannel channel_;
  JobPlace place_;
};

}  // namespace adrep
