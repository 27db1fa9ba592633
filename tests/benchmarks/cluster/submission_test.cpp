#include "benchmarks/cluster/submission.h"

#include <catch2/catch.hpp>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "support/golden.h"

using namespace adrep;
using Catch::Matchers::Contains;

namespace {

Submission two_tasks() {
  return {"20261130T120000-00000001",
          "sweep.yaml",
          {{{}, "/pretrained/p", "vit · p", {}}, {{"r1", "r2"}, "", "", {"/pretrained/p"}}},
          {{"r2", "2026-11-30T11:00:00.000000Z"}},
          {{"cells", "12"}, {"pretrain", "11"}}};
}

}  // namespace

TEST_CASE("a submission is read as it was stored", "[cluster]") {
  const test::TemporaryFolder folder;
  const Submission stored = two_tasks();
  store_tasks(folder.path(), stored);
  store_jobs(folder.path(), stored);
  std::vector<std::string> notes;
  const std::vector<Submission> read = read_submissions(folder.path(), notes);
  CHECK(notes.empty());
  REQUIRE(read.size() == 1);
  CHECK((read[0].name == stored.name && read[0].config == stored.config && read[0].jobs == stored.jobs));
  CHECK(read[0].failed_before == stored.failed_before);
  REQUIRE(read[0].tasks.size() == 2);
  CHECK((read[0].tasks[0].folder == "/pretrained/p" && read[0].tasks[0].title == "vit · p"));
  CHECK(read[0].tasks[1].results == stored.tasks[1].results);
  CHECK(read[0].tasks[1].needs == stored.tasks[1].needs);
  CHECK(read_submissions(folder / "none", notes).empty());
}

TEST_CASE("a damaged line loses its task and no other one", "[cluster]") {
  const test::TemporaryFolder folder;
  store_tasks(folder.path(), two_tasks());
  const auto file = tasks_file(submission_folder(folder.path(), two_tasks().name));
  std::string text = read_file(file);
  text.replace(text.find("vit"), 3, "vat");
  write_file_atomically(file, text);
  write_file_atomically(file.parent_path() / "jobs.json", "{}");
  std::vector<std::string> notes;
  const std::vector<Submission> read = read_submissions(folder.path(), notes);
  REQUIRE(notes.size() == 2);
  CHECK_THAT(notes[0], Contains("tasks.jsonl:2"));
  CHECK_THAT(notes[1], Contains("jobs.json"));
  REQUIRE(read.size() == 1);
  CHECK((read[0].tasks[0].title.empty() && read[0].tasks[1].results.size() == 2));
  CHECK_THROWS_WITH(named_task(file.string() + ":1", "--cells"), Contains("tasks.jsonl:2"));
}

TEST_CASE("a task is named by its file and number", "[cluster]") {
  const test::TemporaryFolder folder;
  store_tasks(folder.path(), two_tasks());
  const std::string file = tasks_file(submission_folder(folder.path(), two_tasks().name)).string();
  const NamedTask task = named_task(file + ":1", "--cells");
  CHECK((task.number == 1 && task.file == file && task.task.results == std::vector<std::string>{"r1", "r2"}));
  CHECK_THROWS_WITH(named_task(file + ":2", "--cells"), Contains("it has the tasks 0 to 1"));
  for (const char* wrong : {"", ":", ":x", ":1x", ""})
    CHECK_THROWS_WITH(named_task(file + wrong, "--cells"), Contains("--cells FILE:3"));
  CHECK_THROWS_WITH(named_task((folder / "none:1").string(), "--cells"), Contains("none: cannot be read"));
}

TEST_CASE("names of submissions differ and follow each other by time", "[cluster]") {
  const std::string one = new_submission_name(), other = new_submission_name();
  CHECK(one != other);
  CHECK_THAT(one, Catch::Matchers::Matches("[0-9]{8}T[0-9]{6}-[0-9a-f]{8}"));
}
