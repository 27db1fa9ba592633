#include "benchmarks/cluster/submission.h"

#include <fmt/chrono.h>

#include <charconv>
#include <random>

#include "benchmarks/cells/sealed_lines.h"
#include "benchmarks/run/work_leases.h"
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/io/sealed_json.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr int submission_version = 1;

json line_of_task(const SubmittedTask& task, size_t number) {
  json line = {{"task", number}};
  if (!task.results.empty()) line["results"] = task.results;
  if (!task.folder.empty()) line["folder"] = task.folder, line["title"] = task.title;
  if (!task.needs.empty()) line["needs"] = task.needs;
  return line;
}

SubmittedTask task_from(const json& line) {
  return {line.value("results", std::vector<std::string>()), line.value("folder", ""), line.value("title", ""),
          line.value("needs", std::vector<std::string>())};
}

/// Tasks that cannot be read are empty: the numbers of the others stay.
Submission read_submission(const fs::path& file, std::vector<std::string>& notes) {
  Submission submission;
  for_each_sealed_line(file, "submission", notes, [&](const json& line) {
    if (line.contains("adrep_submission")) {
      if (line.at("adrep_submission") != submission_version)
        throw_input("a submission of version {}, this program reads version {}", line.at("adrep_submission").dump(),
                    submission_version);
      submission.name = line.at("name");
      submission.config = line.at("config");
      submission.failed_before = line.at("failed_before").get<std::map<std::string, std::string>>();
      const size_t tasks = line.at("tasks");
      if (constexpr size_t most = 1'000'000; tasks > most) throw_input("{} tasks, more than {}", tasks, most);
      submission.tasks.resize(tasks);
    } else if (const size_t number = line.at("task"); number < submission.tasks.size()) {
      submission.tasks[number] = task_from(line);
    }
  });
  return submission;
}

}  // namespace

std::string new_submission_name() {
  std::random_device device;
  return fmt::format("{:%Y%m%dT%H%M%S}-{:08x}", fmt::gmtime(std::time(nullptr)), device());
}

fs::path submission_folder(const fs::path& results, const std::string& name) {
  return results / "submissions" / name;
}

fs::path tasks_file(const fs::path& folder) {
  return folder / "tasks.jsonl";
}

fs::path task_log(const fs::path& folder, size_t task) {
  return folder / fmt::format("{}.log", task);
}

fs::path task_ended(const fs::path& folder, size_t task) {
  return folder / fmt::format("{}.ended", task);
}

fs::path task_lease(const fs::path& results, const std::string& submission, size_t task) {
  return results / "leases" / fmt::format("{}{}-{}", task_leases, submission, task);
}

void store_tasks(const fs::path& results, const Submission& submission) {
  std::string text = sealed_line({{"adrep_submission", submission_version},
                                  {"name", submission.name},
                                  {"config", submission.config},
                                  {"tasks", submission.tasks.size()},
                                  {"failed_before", submission.failed_before}});
  for (size_t task = 0; task < submission.tasks.size(); ++task)
    text += sealed_line(line_of_task(submission.tasks[task], task));
  write_file_atomically(tasks_file(submission_folder(results, submission.name)), text);
}

void store_jobs(const fs::path& results, const Submission& submission) {
  write_file_atomically(submission_folder(results, submission.name) / "jobs.json",
                        sealed({{"jobs", submission.jobs}}).dump(1) + "\n");
}

std::vector<Submission> read_submissions(const fs::path& results, std::vector<std::string>& notes) {
  std::vector<fs::path> folders;
  std::error_code failed;
  for (fs::directory_iterator entry(results / "submissions", failed), end; !failed && entry != end;
       entry.increment(failed))
    if (fs::is_regular_file(tasks_file(entry->path()))) folders.push_back(entry->path());
  std::sort(folders.begin(), folders.end());
  std::vector<Submission> submissions;
  for (const fs::path& folder : folders) {
    Submission submission = read_submission(tasks_file(folder), notes);
    submission.name = folder.filename().string();
    const fs::path jobs = folder / "jobs.json";
    try {
      submission.taken = fs::is_regular_file(jobs);
      if (submission.taken)
        submission.jobs = read_sealed_json(read_file(jobs), "list of jobs", jobs.string())
                              .at("jobs")
                              .get<std::map<std::string, std::string>>();
    } catch (const InputError& damaged) {
      notes.push_back(damaged.what());
    } catch (const json::exception&) {
      notes.push_back(jobs.string() + ": misshapen");
    }
    submissions.push_back(std::move(submission));
  }
  return submissions;
}

NamedTask named_task(const std::string& text, const std::string& option) {
  NamedTask named;
  const size_t colon = text.rfind(':');
  const char* const end = text.data() + text.size();
  if (colon == std::string::npos || std::from_chars(text.data() + colon + 1, end, named.number).ptr != end ||
      colon + 1 == text.size())
    throw_input("{} {}: give a submission's tasks.jsonl and the task's number: {} FILE:3", option, text, option);
  named.file = text.substr(0, colon);
  std::vector<std::string> notes;
  const Submission submission = read_submission(named.file, notes);
  if (!notes.empty()) throw_input("{}", notes.front());
  if (named.number >= submission.tasks.size())
    throw_input("{} {}: it has the tasks 0 to {}", option, text, std::ssize(submission.tasks) - 1);
  named.task = submission.tasks[named.number];
  return named;
}

}  // namespace adrep
