#include <fmt/format.h>

#include <catch2/catch.hpp>

#include <signal.h>
#include <sys/wait.h>

#include <chrono>
#include <thread>

#include "benchmarks/planned_runs.h"
#include "core/base/atomic_file.h"
#include "core/base/random.h"
#include "core/features/cache/cache_report.h"
#include "core/features/cache/cached_images.h"
#include "support/golden.h"
#include "support/program.h"
#include "support/trees.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

/// Small classes whose runs write many shards.
void write_classes(const TemporaryFolder& folder, int classes) {
  for (int i = 0; i < classes; ++i)
    write_mvtec_class(folder / "data", "class" + std::to_string(i), 5 + i, 2, 64 + 2 * i);
}

/// The words of a run with this output and these further settings.
std::vector<std::string> run_words(const TemporaryFolder& folder, const std::string& output,
                                   const std::vector<std::string>& more = {}) {
  std::vector<std::string> words = {"run",
                                    "-q",
                                    "data=" + (folder / "data").string(),
                                    "output=" + (folder / output).string(),
                                    "cache.folder=" + (folder / "cache").string(),
                                    "backbone=" + seeded_backbone(),
                                    "detector=feature_norm",
                                    "features=raw,residual",
                                    "image.crop=64",
                                    "image.resize=64",
                                    "references.shots=2",
                                    "report.examples=0"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

pid_t start(const std::vector<std::string>& words) {
  const pid_t child = fork();
  if (child == 0) {
    std::vector<char*> arguments = {const_cast<char*>("adrep")};
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    if (!freopen("/dev/null", "w", stdout)) _exit(126);
    execv(ADREP_PROGRAM, arguments.data());
    _exit(127);
  }
  return child;
}

int wait_for(pid_t child) {
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::string cache_command(const std::string& name, const TemporaryFolder& folder) {
  return fmt::format("cache {} --folder {}", name, (folder / "cache").string());
}

}  // namespace

TEST_CASE("a second run takes all features from the cache and says so; stats, verify and clear", "[cli][cache]") {
  const TemporaryFolder folder;
  write_classes(folder, 1);
  const auto run = [&](const std::string& output, const std::string& more) {
    std::string line;
    for (const std::string& word : run_words(folder, output)) line += " " + word;
    return adrep_program(line + " " + more);
  };
  REQUIRE_THAT(adrep_program(cache_command("stats", folder)).text, Contains("features of 0 images"));
  const ProgramResult first = run("a", "");
  INFO(first.text);
  REQUIRE(first.code == 0);
  REQUIRE_THAT(first.text, Contains("features of 0 images from the cache, of 9 computed"));
  REQUIRE_THAT(run("b", "--dry-run").text, Contains("2 cells to evaluate from kept score maps"));
  forget_scores(folder);
  REQUIRE_THAT(run("b", "--dry-run").text, Contains("5 train and 4 test images (9 in the feature cache)"));
  REQUIRE_THAT(run("b", "").text, Contains("features of 9 images from the cache, of 0 computed"));
  REQUIRE_THAT(run("b", "").text, !Contains("from the cache"));  // finished cells need no features
  REQUIRE_THAT(run("c", "cache=off").text, Contains("features of 0 images from the cache, of 9 computed"));
  REQUIRE(cell_files(folder / "a") == cell_files(folder / "b"));
  REQUIRE(cell_files(folder / "a") == cell_files(folder / "c"));

  REQUIRE_THAT(adrep_program(cache_command("stats", folder)).text,
               Contains("torchscript") && Contains("64/64") && Contains("features of 9 images"));
  const ProgramResult sound = adrep_program(cache_command("verify", folder));
  REQUIRE(sound.code == 0);
  REQUIRE_THAT(sound.text, Contains("9 images") && Contains("0 problems"));
  const fs::path shard = files_of(folder / "cache", ".safetensors").front();
  const std::string bytes = read_file(shard);
  write_file_atomically(shard, bytes.substr(0, bytes.size() - 1));
  const ProgramResult damaged = adrep_program(cache_command("verify", folder));
  REQUIRE(damaged.code == 2);
  REQUIRE_THAT(damaged.text, Contains(shard.string()) && Contains("1 problem"));
  forget_scores(folder);
  const ProgramResult repaired = run("d", "");
  REQUIRE(repaired.code == 0);
  REQUIRE_THAT(repaired.text, Contains("warning: feature cache: " + shard.string() + ": damaged"));
  REQUIRE(cell_files(folder / "a") == cell_files(folder / "d"));
  REQUIRE(adrep_program(cache_command("verify", folder)).code == 0);

  write_file_atomically(folder / "cache/notes.txt", "mine");
  REQUIRE_THAT(adrep_program(cache_command("clear", folder)).text, Contains("left alone") && Contains("notes.txt"));
  REQUIRE(fs::exists(folder / "cache/notes.txt"));
  REQUIRE(std::distance(fs::directory_iterator(folder / "cache"), fs::directory_iterator()) == 1);
}

TEST_CASE("a cache that cannot be written is one warning, and the run goes on", "[cli][cache]") {
  const TemporaryFolder folder;
  write_classes(folder, 2);
  write_file_atomically(folder / "cache", "a file, not a folder");
  std::string line;
  for (const std::string& word : run_words(folder, "a")) line += " " + word;
  const ProgramResult result = adrep_program(line);
  INFO(result.text);
  REQUIRE(result.code == 0);
  const size_t first = result.text.find("warning:");
  REQUIRE(first != std::string::npos);
  REQUIRE(result.text.find("warning:", first + 1) == std::string::npos);
}

TEST_CASE("two runs that fill one cache at once give the cells of a run without it", "[cli][cache]") {
  const TemporaryFolder folder;
  write_classes(folder, 3);
  REQUIRE(wait_for(start(run_words(folder, "off", {"cache=off"}))) == 0);
  const pid_t one = start(run_words(folder, "one")), two = start(run_words(folder, "two"));
  REQUIRE(wait_for(one) == 0);
  REQUIRE(wait_for(two) == 0);
  REQUIRE(cell_files(folder / "one") == cell_files(folder / "off"));
  REQUIRE(cell_files(folder / "two") == cell_files(folder / "off"));
  REQUIRE(verify_cache(folder / "cache").problems.empty());
}

TEST_CASE("runs killed at 20 random moments leave a sound cache, and the next run is right", "[slow][cache]") {
  const TemporaryFolder folder;
  write_classes(folder, 6);
  const auto begin = std::chrono::steady_clock::now();
  REQUIRE(wait_for(start(run_words(folder, "off", {"cache=off"}))) == 0);
  const double whole = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  Random random(3);
  int killed = 0;
  for (int round = 0; round < 20; ++round) {
    // half of the rounds begin with an empty cache, so that all of them write
    if (round % 2 == 0) fs::remove_all(folder / "cache");
    const pid_t child = start(run_words(folder, "killed" + std::to_string(round)));
    std::this_thread::sleep_for(std::chrono::duration<double>(whole * random.uniform(0.1, 1)));
    kill(child, SIGKILL);
    killed += wait_for(child) == -1;
    REQUIRE(verify_cache(folder / "cache").problems.empty());
  }
  REQUIRE(killed > 0);
  REQUIRE(wait_for(start(run_words(folder, "last"))) == 0);
  REQUIRE(cell_files(folder / "last") == cell_files(folder / "off"));
}
