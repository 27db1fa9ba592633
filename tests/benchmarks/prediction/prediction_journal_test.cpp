#include "benchmarks/prediction/prediction_journal.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <map>
#include <thread>

#include "core/base/atomic_file.h"
#include "core/base/child_process.h"
#include "core/base/error.h"
#include "core/base/log.h"
#include "core/base/random.h"
#include "core/base/spawning.h"
#include "support/golden.h"
#include "support/leases.h"

using namespace adrep;
using test::TemporaryFolder;
namespace fs = std::filesystem;
using nlohmann::json;

namespace {

const Arrival journaled_a{"a.png", 5, 1'700'000'000'123'456'789, 7}, journaled_b{"sub/b.png", 6, 1, 8};

/// The lines of a journal, read by nothing that wrote them.
std::vector<json> journal_lines(const fs::path& journal) {
  std::vector<json> lines;
  std::ifstream in(journal);
  for (std::string line; std::getline(in, line);) lines.push_back(json::parse(line));
  return lines;
}

/// What opening a journal throws.
std::string journal_refusal(const fs::path& journal) {
  try {
    const PredictionJournal opened(journal, "model");
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

/// Lets no file of this process become longer, as a full disk does.
class JournalRoom {
 public:
  explicit JournalRoom(rlim_t bytes) : handler_(signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit less{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &less);
  }
  ~JournalRoom() {
    setrlimit(RLIMIT_FSIZE, &before_);
    signal(SIGXFSZ, handler_);
  }
  JournalRoom(const JournalRoom&) = delete;
  JournalRoom& operator=(const JournalRoom&) = delete;

 private:
  sighandler_t handler_;
  rlimit before_{};
};

/// Puts a file into a folder: half of them are renamed in, the others written there.
void journal_put(const TemporaryFolder& folder, const TemporaryFolder& outside, const std::string& name, Random& random,
                 std::map<std::string, int64_t>& sizes) {
  const bool renamed = random.below(2) == 0;
  const auto size = static_cast<int64_t>(1 + random.below(5000));
  std::ofstream((renamed ? outside : folder) / name) << std::string(static_cast<size_t>(size), 'x');
  if (renamed) fs::rename(outside / name, folder / name);
  sizes[name] = size;
}

constexpr const char* watched_variable = "ADREP_TEST_WATCHED";

/// Scores what comes to a folder until nothing has come for so long.
void journal_folder(const fs::path& folder, const fs::path& journal_file, double idle) {
  PredictionJournal journal(journal_file, "model");
  FolderWatch watch(folder, {.still = 0.02, .scan_every = 0.05});
  while (const auto arrival = watch.next(idle))
    if (!journal.done(*arrival)) journal.add(*arrival, {{"score", arrival->size}});
}

}  // namespace

TEST_CASE("a journal keeps what was scored, each line as it was given", "[watch]") {
  const TemporaryFolder folder;
  const fs::path file = folder / "made/journal.jsonl";
  const json result = {{"score", 0.1}, {"regions", json::array()}, {"p_value", nullptr}, {"text", "ä\n\"x\""}};
  {
    PredictionJournal journal(file, "model");
    CHECK_FALSE(journal.done(journaled_a));
    journal.add(journaled_a, result);
    CHECK(journal.done(journaled_a));
    CHECK_FALSE(journal.done(journaled_b));
    CHECK(journal.size() == 1);
  }
  PredictionJournal journal(file, "model");
  CHECK(journal.note().empty());
  CHECK(journal.done(journaled_a));
  journal.add(journaled_b, 1);
  CHECK(journal_lines(file) ==
        std::vector<json>{
            {{"file", "a.png"},
             {"size", 5},
             {"mtime_ns", 1'700'000'000'123'456'789},
             {"inode", 7},
             {"model", "model"},
             {"result", result}},
            {{"file", "sub/b.png"}, {"size", 6}, {"mtime_ns", 1}, {"inode", 8}, {"model", "model"}, {"result", 1}}});
}

TEST_CASE("a file is another one by its path, size or time, and not by its inode", "[watch]") {
  const TemporaryFolder folder;
  { PredictionJournal(folder / "journal", "model").add(journaled_a, 1); }
  {
    PredictionJournal journal(folder / "journal", "model");
    Arrival other = journaled_a;
    other.inode = 1000;
    CHECK(journal.done(other));
    for (const Arrival& another :
         {Arrival{"b.png", journaled_a.size, journaled_a.mtime_ns, 7}, Arrival{"a.png", 4, journaled_a.mtime_ns, 7},
          Arrival{"a.png", journaled_a.size, journaled_a.mtime_ns + 1, 7}}) {
      CHECK_FALSE(journal.done(another));
      journal.add(another, 2);
      CHECK(journal.done(another));
    }
    CHECK_FALSE(journal.done(journaled_a));  // what has its name is the last one
    CHECK(journal.size() == 2);
  }
  CHECK(journal_lines(folder / "journal").size() == 4);
  CHECK(PredictionJournal(folder / "journal", "model").size() == 2);
}

TEST_CASE("lines of another model do not count, and stay", "[watch]") {
  const TemporaryFolder folder;
  { PredictionJournal(folder / "journal", "one").add(journaled_a, 1); }
  {
    PredictionJournal other(folder / "journal", "other");
    CHECK_FALSE(other.done(journaled_a));
    other.add(journaled_a, 2);
  }
  CHECK(PredictionJournal(folder / "journal", "one").done(journaled_a));
  CHECK(journal_lines(folder / "journal").size() == 2);
}

TEST_CASE("a name that is no text is known again", "[watch]") {
  const TemporaryFolder folder;
  const Arrival latin{
      "Gr\xf6\xdf"
      "e.png",
      1, 2, 3};
  { PredictionJournal(folder / "journal", "model").add(latin, {{"file", latin.path}}); }
  CHECK(PredictionJournal(folder / "journal", "model").done(latin));
  CHECK(journal_lines(folder / "journal").size() == 1);
}

TEST_CASE("a journal that was cut off anywhere has its whole lines, and goes on", "[watch]") {
  const TemporaryFolder folder;
  const fs::path file = folder / "journal";
  const JournalSettings settings{.sync_every = 10};
  const auto score = [&](const Arrival& arrival) { return json{{"score", arrival.size - 4}}; };
  {
    PredictionJournal journal(file, "model", settings);
    for (const Arrival& arrival : {journaled_a, journaled_b}) journal.add(arrival, score(arrival));
  }
  const std::string text = read_file(file);
  const size_t first = text.find('\n') + 1;
  REQUIRE(first < text.size());
  for (size_t length = 0; length < text.size(); ++length) {
    const size_t whole = length >= first ? first : 0, line_end = length >= first ? text.size() : first;
    const std::string zeros(line_end - length, '\0');  // a power cut leaves them
    for (const std::string& end : {std::string(), zeros, zeros.substr(0, zeros.size() - 1) + "\n"}) {
      if (length + 1 == line_end && end == "\n") continue;  // it is whole
      INFO(length << " and " << end.size());
      std::ofstream(file) << text.substr(0, length) << end;
      {
        PredictionJournal journal(file, "model", settings);
        CHECK(read_file(file) == text.substr(0, whole));
        CHECK(journal.note().empty() == (length + end.size() == whole));
        CHECK(journal.done(journaled_a) == (whole == first));
        CHECK_FALSE(journal.done(journaled_b));
        for (const Arrival& arrival : {journaled_a, journaled_b})
          if (!journal.done(arrival)) journal.add(arrival, score(arrival));
      }
      CHECK(read_file(file) == text);
    }
  }
}

TEST_CASE("a damaged line is named, and nothing is changed", "[watch]") {
  const TemporaryFolder folder;
  const fs::path file = folder / "journal";
  const std::string good = R"({"file":"a.png","inode":1,"model":"model","mtime_ns":1,"result":{},"size":1})";
  const std::vector<std::pair<std::string, std::string>> damaged = {
      {good + "\n" + good.substr(1) + "\n" + good + "\n", ":2: not a JSON object"},
      {good + "\n\n" + R"({"file":"a.png"})" + "\n", ":3: no line of a journal"},
      {R"({"file":1,"inode":1,"model":"model","mtime_ns":1,"result":{},"size":1})" + ("\n" + good + "\n"),
       ":1: no line of a journal"},
      {R"({"file":"a","inode":1,"model":"model","mtime_ns":1,"size":1})"
       "\n",
       ":1: no line of a journal"},
      {"somebody's notes\n", ":1: not a JSON object"},
      {"somebody's notes", ": ends with no line of a journal"},
      {good + "\nnotes", ": ends with no line of a journal"}};
  for (const auto& [text, why] : damaged) {
    INFO(text);
    write_file_atomically(file, text);
    CHECK_THAT(journal_refusal(file), Catch::Matchers::StartsWith(file.string() + why));
    CHECK(read_file(file) == text);
  }
  write_file_atomically(file, good + "\n\n" + good + "\r\n");
  CHECK(journal_refusal(file).empty());
}

TEST_CASE("one process has a journal, and another is told at once", "[watch]") {
  set_verbosity(Verbosity::quiet);
  const TemporaryFolder folder;
  const fs::path file = folder / "journal";
  {
    const PredictionJournal journal(file, "model");
    CHECK_THAT(journal_refusal(file),
               Catch::Matchers::Contains("/journal: process " + std::to_string(getpid()) + " on "));
    CHECK(PredictionJournal(folder / "other", "model").size() == 0);
  }
  CHECK(journal_refusal(file).empty());
  CHECK_FALSE(fs::exists(lease_file(file, 0)));
}

TEST_CASE("a journal of another machine is taken once its heart was seen not to beat", "[watch]") {
  set_verbosity(Verbosity::quiet);
  const TemporaryFolder folder;
  const fs::path file = folder / "journal";
  LeaseOwner owner = test::owner_elsewhere(2);
  test::write_lease(file, 0, owner);
  std::jthread heart([&](const std::stop_token& stopped) {
    while (!stopped.stop_requested()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      ++owner.beat;
      test::write_lease(file, 0, owner);
    }
  });
  CHECK_THAT(journal_refusal(file), Catch::Matchers::Contains(" on elsewhere keeps this journal since "));
  heart.request_stop();
  heart.join();
  CHECK(journal_refusal(file).empty());
}

TEST_CASE("a journal that is taken over, changed or removed is not written to", "[watch]") {
  set_verbosity(Verbosity::quiet);
  const TemporaryFolder folder;
  const fs::path file = folder / "journal";
  PredictionJournal journal(file, "model", {.patience = 0.5});
  journal.add(journaled_a, 1);
  const auto refuses = [&](const std::string& why) {
    CHECK_THROWS_AS(journal.add(journaled_b, 1), WriteError);
    CHECK_THROWS_WITH(journal.add(journaled_b, 1), Catch::Matchers::Contains("cannot be written: " + why));
    CHECK_FALSE(journal.done(journaled_b));
  };
  SECTION("changed") {
    std::ofstream(file, std::ios::app) << read_file(file);
    refuses("something else changed it");
  }
  SECTION("removed") {
    fs::remove(file);
    refuses("it was removed");
  }
  SECTION("taken over") {
    test::write_lease(file, 1, test::owner_elsewhere(600));
    // its heart notices
    test::comes_true([&] {
      try {
        journal.add({fmt::format("{}.png", journal.size()), 1, 1, 1}, 1);
      } catch (const WriteError&) {
        return true;
      }
      return false;
    });
    refuses("another process has taken it over");
  }
}

TEST_CASE("where a disk is full, no part of a line stays", "[watch]") {
  const TemporaryFolder folder;
  const fs::path file = folder / "journal";
  PredictionJournal journal(file, "model");
  journal.add(journaled_a, std::string(10'000'000, 'x'));  // more than this process writes elsewhere meanwhile
  const uintmax_t before = fs::file_size(file);
  {
    const JournalRoom room(before + 20);
    CHECK_THROWS_WITH(journal.add(journaled_b, 1),
                      Catch::Matchers::Contains("/journal: the journal cannot be written"));
  }
  CHECK(fs::file_size(file) == before);
  CHECK_FALSE(journal.done(journaled_b));
  journal.add(journaled_b, 2);
  const std::vector<json> lines = journal_lines(file);
  REQUIRE(lines.size() == 2);
  CHECK(lines[1]["result"] == 2);
}

TEST_CASE("scores what comes to a folder until it is killed", "[.][watched]") {
  const char* watched = std::getenv(watched_variable);
  REQUIRE(watched);
  journal_folder(watched, fs::path(watched) / ".journal", 1000);
}

TEST_CASE("whatever is killed when, each file is in the journal once", "[watch][slow]") {
  set_verbosity(Verbosity::quiet);
  const TemporaryFolder folder, outside;
  const fs::path journal = folder / ".journal";
  REQUIRE(setenv(watched_variable, folder.path().c_str(), 1) == 0);
  Random random(7);
  std::map<std::string, int64_t> sizes;
  int64_t lines_before = 0, killed_at_work = 0;
  for (int round = 0; round < 12; ++round) {
    Spawning spawning;
    spawning.open_at(1, "/dev/null", O_WRONLY);
    const pid_t child = spawning.start({own_program(), "[watched]"});
    // each takes the journal over from the one before, which gave nothing back
    const bool is_at_work = test::comes_true([&] { return last_lease(journal) >= round; });
    for (int i = 0; i < 30; ++i) journal_put(folder, outside, fmt::format("{}_{}.png", round, i), random, sizes);
    std::this_thread::sleep_for(std::chrono::microseconds(random.below(100'000)));
    kill(child, SIGKILL);
    REQUIRE(waitpid(child, nullptr, 0) == child);
    REQUIRE(is_at_work);
    const std::string text = fs::exists(journal) ? read_file(journal) : "";
    const int64_t lines = std::count(text.begin(), text.end(), '\n');
    killed_at_work += lines > lines_before && lines < std::ssize(sizes);
    lines_before = lines;
  }
  unsetenv(watched_variable);
  journal_folder(folder.path(), journal, 2);
  std::map<std::string, int64_t> scored;
  const std::vector<json> lines = journal_lines(journal);
  for (const json& line : lines) scored[line["file"]] = line["size"];
  CHECK(lines.size() == sizes.size());
  CHECK(scored == sizes);
  CHECK(killed_at_work > 0);
}
