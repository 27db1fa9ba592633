#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace adrep {

/// What one task of a scheduler's array computes.
struct SubmittedTask {
  std::vector<std::string> results{};  ///< by their ids (result_plan.h); none: it is a pretraining
  std::string folder{};                ///< of the pretraining that it does
  std::string title{};                 ///< of that
  std::vector<std::string> needs{};    ///< folders of pretrainings that its cells wait for
};

/// A plan's unfinished part as it was given to a scheduler. It lies in RESULTS/submissions/NAME/: tasks.jsonl, a sealed
/// line for what it is and one a task; jobs.json, the scheduler's numbers once it has taken it; the scripts; the logs
/// of the tasks; and TASK.ended for each that ended, with what its script said of that. All that `adrep status` knows
/// of it lies there.
struct Submission {
  std::string name;    ///< "20261130T120000-1a2b3c4d": by time
  std::string config;  ///< the configuration that was given, "" for none
  std::vector<SubmittedTask> tasks;
  /// When each result failed that had failed before, by id: it is tried again.
  std::map<std::string, std::string> failed_before{};
  std::map<std::string, std::string> jobs{};  ///< the scheduler's numbers: "pretrain", "cells", "waiting", "tables"
  bool taken = false;                         ///< by the scheduler: there is a jobs.json
};

/// A name that no other submission of any machine takes.
std::string new_submission_name();

std::filesystem::path submission_folder(const std::filesystem::path& results, const std::string& name);
std::filesystem::path tasks_file(const std::filesystem::path& folder);
/// What a task prints.
std::filesystem::path task_log(const std::filesystem::path& folder, size_t task);
/// What is there when it has ended.
std::filesystem::path task_ended(const std::filesystem::path& folder, size_t task);
/// The lease that a task's process holds while it runs (core/base/lease.h).
std::filesystem::path task_lease(const std::filesystem::path& results, const std::string& submission, size_t task);

/// Writes tasks.jsonl, or jobs.json. Throws WriteError.
void store_tasks(const std::filesystem::path& results, const Submission& submission);
void store_jobs(const std::filesystem::path& results, const Submission& submission);

/// All of a results folder, by name. What is damaged is left out with a line in `notes`.
std::vector<Submission> read_submissions(const std::filesystem::path& results, std::vector<std::string>& notes);

/// The task that "FILE:NUMBER" names. Throws InputError for what names none, or is damaged.
struct NamedTask {
  std::filesystem::path file;
  size_t number = 0;
  SubmittedTask task;
};
NamedTask named_task(const std::string& text, const std::string& option);

}  // namespace adrep
