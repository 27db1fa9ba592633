#pragma once
#include <filesystem>
#include <set>
#include <string>

#include "benchmarks/cluster/batch_script.h"
#include "benchmarks/cluster/submission.h"
#include "benchmarks/pretraining/planned_pretrainings.h"
#include "benchmarks/run/runner.h"

namespace adrep {

/// The results of a plan, by their ids, that are not in its results folder, or not with all that is kept beside them.
/// Images are read to know their content, as far as that is not known.
std::set<std::string> unfinished(const Plan& plan, const ResultPlan& recorded, const std::filesystem::path& output);

/// The tasks of a submission: one for each pretraining that is to do, then the cells that are ready, then those that
/// need a pretraining; of both together about `tasks`. Their places in Submission::tasks follow each other.
struct DividedTasks {
  Submission submission;
  size_t pretrainings = 0, ready = 0, waiting = 0;
};
DividedTasks divided_tasks(const Plan& plan, const ResultPlan& recorded, const PlannedPretrainings& pretrainings,
                           const std::set<std::string>& wanted, int64_t tasks);

/// What the tasks need by the plan's estimate, and how many to make of it.
struct EstimatedTasks {
  int64_t tasks = 1;  ///< of about half an hour
  TaskResources cells, pretraining;
  std::string note;  ///< why nothing could be estimated, or ""
};
EstimatedTasks estimated_tasks(const Plan& plan, const ResultPlan& recorded, const PlannedPretrainings& pretrainings,
                               const std::set<std::string>& wanted);

}  // namespace adrep
