#include "benchmarks/speed/predict_race.h"

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <numeric>
#include <thread>

#include "benchmarks/speed/predict_race_report.h"
#include "core/base/atomic_file.h"
#include "core/base/descriptor.h"
#include "core/base/error.h"
#include "core/base/interrupt.h"
#include "support/golden.h"
#include "support/thrown.h"

using namespace adrep;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

MachineLoad calm_for_predictions() {
  return {0, 2};
}

/// A shell program that does `first`, then for each path of an image `$path` what `each` says.
AnsweringProgram answering_shell(const std::string& name, const std::string& first, const std::string& each) {
  return peer_contender(name + "=" + first + "\nwhile read -r path; do\n" + each + "\ndone");
}

const std::string right_answer = R"(echo "{\"image\": \"$path\", \"score\": 0.5, \"regions\": []}")";

std::string shell_program(const fs::path& file, const std::string& work) {
  std::ofstream(file) << "#!/bin/sh\n" << work << "\n";
  fs::permissions(file, fs::perms::owner_all);
  return file.string();
}

/// A short race over three images; the files have any content, since nobody decodes them.
PredictRaceSettings short_race(const test::TemporaryFolder& folder, std::vector<AnsweringProgram> contenders) {
  PredictRaceSettings settings{.contenders = std::move(contenders)};
  for (const char* name : {"one.png", "two three.png", "four.png"}) {
    std::ofstream(folder / name) << name;
    settings.images.push_back((folder / name).string());
  }
  settings.repeats = 1, settings.together = 4, settings.starts = 1, settings.batches = 1;
  return settings;
}

std::string failure_of(const PredictRaceSettings& settings, ExitCode code = ExitCode::failure) {
  try {
    race_predictions(settings, calm_for_predictions);
  } catch (const Error& error) {
    CHECK((error.code() == code));
    return error.what();
  }
  return "no failure";
}

/// What a race of one contender that answers so fails with.
std::string failure_of_answer(const std::string& each) {
  const test::TemporaryFolder folder;
  return failure_of(short_race(folder, {answering_shell("odd", "", each)}));
}

PredictRace told_race() {
  PredictRace race;
  race.settings.contenders = {{"ours", {"adrep"}}, {"theirs", {"python"}}};
  race.settings.images = {"a.png", "b.png"};
  race.contenders.resize(2);
  race.contenders[0] = {{0.4, 0.2, 0.3}, {0.010, 0.012, 0.011, 0.010}, {1.5}, 200'000'000};
  race.contenders[1] = {{6, 9, 7.5}, {0.06, 0.05, 0.04, 0.07}, {6}, 500'000'000};
  race.empty_starts = {0.15, 0.1, 0.2};
  race.busiest = {0.03, 2};
  return race;
}

}  // namespace

TEST_CASE("contenders take turns, each on the race's number of threads", "[speed]") {
  const test::TemporaryFolder folder;
  const auto noting = [&](const std::string& name) {
    const std::string file = (folder / "order").string();
    return answering_shell(name, "printf '(%s' " + name + "$OMP_NUM_THREADS$MKL_NUM_THREADS >> " + file,
                           "printf " + name + " >> " + file + "\n" + right_answer);
  };
  PredictRaceSettings settings = short_race(folder, {noting("a"), noting("b"), noting("c")});
  settings.threads = 3, settings.starts = 2, settings.repeats = 2, settings.batches = 2;
  int readings = 0;
  const PredictRace race = race_predictions(settings, [&readings] { return MachineLoad{0.01 * ++readings, 2}; });
  const std::string order = read_file(folder / "order");
  // a start and an answer each; later all run at once, so that their starts may come in any order
  CHECK_THAT(order, Catch::Matchers::StartsWith("(a33a(b33b(c33c(b33b(c33c(a33a"));
  const std::string first = "abcbcacab", second = "bcacababc", together = "aaaabbbbccccbbbbccccaaaa";
  CHECK_THAT(order, Catch::Matchers::EndsWith(first + second + together));
  CHECK(readings == 2 + 2 + 2);
  CHECK(race.busiest.busy == Approx(0.06));
  for (const PredictCosts& costs : race.contenders) {
    CHECK(costs.starts.size() == 2);
    CHECK(costs.singles.size() == 2 * 3);
    CHECK(costs.batches.size() == 2);
  }
  CHECK(race.empty_starts.empty());
}

TEST_CASE("times are at least what a contender slept, and memory what it holds", "[speed]") {
  const test::TemporaryFolder folder;
  const AnsweringProgram slow = answering_shell("slow", "sleep 0.3", "sleep 0.05\n" + right_answer),
                         large =
                             answering_shell("large", "held=$(head -c 40000000 /dev/zero | tr '\\0' x)", right_answer);
  PredictRaceSettings settings = short_race(folder, {slow, large});
  settings.empty_program = shell_program(folder / "empty", "sleep 0.1");
  const PredictRace race = race_predictions(settings, calm_for_predictions);
  for (const double seconds : race.contenders[0].starts) CHECK(seconds >= 0.35);
  for (const double seconds : race.contenders[0].singles) CHECK(seconds >= 0.05);
  for (const double seconds : race.contenders[0].batches) CHECK(seconds >= 4 * 0.05);
  CHECK(race.contenders[0].peak_bytes > 0);
  CHECK(race.contenders[0].peak_bytes < 40'000'000);
  CHECK(race.contenders[1].peak_bytes >= 40'000'000);
  REQUIRE(race.empty_starts.size() == 1);
  CHECK(race.empty_starts[0] >= 0.1);
}

TEST_CASE("a contender that fails is named with what it said last", "[speed]") {
  const std::string dies = failure_of_answer("echo 'loading' >&2; echo 'no such layer: x' >&2; echo >&2; exit 3");
  CHECK_THAT(dies, Contains("odd: ended with exit code 3 before it answered ") && Contains("one.png") &&
                       Contains("no such layer: x") && !Contains("loading") && !Contains("\n"));
  CHECK_THAT(failure_of_answer("exit 0"), Contains("odd: ended with exit code 0 before it answered "));
  CHECK_THAT(failure_of_answer("kill -9 $$"), Contains("odd: ended with signal 9 (Killed) before"));
  const test::TemporaryFolder folder;
  CHECK_THAT(failure_of(short_race(folder, {peer_contender("gone=" + (folder / "nothing").string() + " model")})),
             Contains("gone: ended with exit code 127 before it answered ") && Contains("not found"));
}

TEST_CASE("an answer must be of its image and have a score", "[speed]") {
  const auto answered = [](const std::string& text) { return failure_of_answer("echo '" + text + "'"); };
  for (const std::string text : {"loaded", "[1]", "{}", R"({"image": "one.png", "score": 1})"})
    CHECK_THAT(answered(text), Contains("odd: its answer to ") && Contains("one.png has to be a JSON object") &&
                                   Contains("'" + text + "'"));
  for (const std::string score : {R"("high")", "null", "[0.5]"})
    CHECK_THAT(failure_of_answer(R"(printf '{"image": "%s", "score": %s}\n' "$path" ')" + score + "'"),
               Contains("has to be a JSON object"));
  // an answer too many is found at the next image
  CHECK_THAT(failure_of_answer(right_answer + "\n" + right_answer), Contains("has to be a JSON object"));
}

TEST_CASE("a contender that is silent is given up, and all of its processes are ended", "[speed]") {
  const test::TemporaryFolder folder;
  const fs::path alive = folder / "alive";
  REQUIRE(mkfifo(alive.c_str(), 0600) == 0);
  const Descriptor held(open(alive.c_str(), O_RDONLY | O_NONBLOCK));
  // both processes hold the pipe open until they end
  PredictRaceSettings settings = short_race(
      folder, {answering_shell("silent", "exec 9> " + alive.string() + "\necho waiting >&2", "sleep 600 & sleep 600")});
  settings.patience = 0.3;
  CHECK_THAT(failure_of(settings), Contains("silent: no answer to ") && Contains("waiting"));
  pollfd ended{held.number(), 0, 0};
  CHECK(poll(&ended, 1, 20'000) == 1);
  CHECK((ended.revents & POLLHUP) != 0);
  CHECK(read_file(folder / "one.png") == "one.png");
}

TEST_CASE("an interrupt ends a race of predictions", "[speed]") {
  const test::TemporaryFolder folder;
  const fs::path alive = folder / "alive";
  REQUIRE(mkfifo(alive.c_str(), 0600) == 0);
  const PredictRaceSettings settings =
      short_race(folder, {answering_shell("silent", "exec 9> " + alive.string(), "sleep 600")});
  std::exception_ptr thrown;
  std::thread race([&] { thrown = test::thrown_by([&] { race_predictions(settings, calm_for_predictions); }); });
  const Descriptor held(open(alive.c_str(), O_RDONLY));  // waits for the writer
  set_interrupted(true);
  race.join();
  set_interrupted(false);
  CHECK_THROWS_AS(std::rethrow_exception(thrown), Interrupted);
  pollfd ended{held.number(), 0, 0};
  CHECK(poll(&ended, 1, 20'000) == 1);
  CHECK((ended.revents & POLLHUP) != 0);
}

TEST_CASE("what is no race of predictions is refused before anything runs", "[speed]") {
  const test::TemporaryFolder folder;
  const AnsweringProgram good = answering_shell("good", "touch " + (folder / "ran").string(), right_answer);
  const PredictRaceSettings settings = short_race(folder, {good});
  const auto refused = [&](const std::function<void(PredictRaceSettings&)>& change) {
    PredictRaceSettings changed = settings;
    change(changed);
    return failure_of(changed, ExitCode::usage);
  };
  CHECK_THAT(refused([&](auto& s) { s.contenders.push_back(good); }), Contains("--peer good=...: there are two"));
  CHECK_THAT(refused([](auto& s) { s.images.clear(); }), Contains("no images"));
  CHECK_THAT(refused([&](auto& s) { s.images.push_back((folder / "lost.png").string()); }), Contains("lost.png"));
  CHECK_THAT(refused([](auto& s) { s.repeats = 0; }), Contains("--repeats 0: at least 1"));
  CHECK_THAT(refused([](auto& s) { s.threads = 0; }), Contains("--threads 0: at least 1"));
  for (const std::string text : {"python x.py", "=python x.py", "name=", "name=  "})
    CHECK_THROWS_WITH(peer_contender(text), Contains("--peer " + text + ": NAME=COMMAND is needed"));
  CHECK_FALSE(fs::exists(folder / "ran"));
  CHECK(peer_contender("a=b=1 c").command.back() == "b=1 c");
}

TEST_CASE("an empty program that fails, and a busy machine, end a race of predictions", "[speed]") {
  const test::TemporaryFolder folder;
  PredictRaceSettings settings = short_race(folder, {answering_shell("good", "", right_answer)});
  settings.empty_program = shell_program(folder / "empty", "exit 5");
  CHECK_THAT(failure_of(settings), Contains("the empty program ended with exit code 5"));
  settings.empty_program.clear();
  CHECK_THROWS_WITH(race_predictions(settings, [] { return MachineLoad{1.5, 2}; }), Contains("the machine is busy"));
}

TEST_CASE("a nearest rank is the smallest value that its share of the values does not exceed", "[speed]") {
  std::vector<double> hundred(100);
  std::iota(hundred.rbegin(), hundred.rend(), 1.0);
  CHECK(nearest_rank(hundred, 0.99) == 99);
  CHECK(nearest_rank(hundred, 0.5) == 50);
  CHECK(nearest_rank(hundred, 1) == 100);
  CHECK(nearest_rank({3, 1, 2}, 0.5) == 2);
  CHECK(nearest_rank({3, 1, 2}, 0.99) == 3);
  CHECK(nearest_rank({7}, 0.01) == 7);
}

TEST_CASE("a race of predictions as text: each number beside the first contender's", "[speed]") {
  const std::string text = predict_race_text(told_race());
  CHECK_THAT(text, Contains("2 images, each 5 times by itself, and 200 together; 2 threads each; up to 0.03 of 2"));
  const auto line_of = [&](const std::string& name) {
    const size_t begin = text.find("\n" + name) + 1;
    return text.substr(begin, text.find('\n', begin) - begin);
  };
  CHECK_THAT(line_of("ours"), Contains("10.0 ms") && Contains("12.0 ms") && Contains("1.50 s") && Contains("300 ms") &&
                                  Contains("200 MB") && !Contains(" x)"));
  // medians 10 and 50 ms, tails 12 and 70, together 1.5 and 6 s, starts 0.3 and 7.5 s, 200 and 500 MB
  CHECK_THAT(line_of("theirs"), Contains("50.0 ms (5.00 x)") && Contains("70.0 ms (5.83 x)") &&
                                    Contains("6.00 s (4.00 x)") && Contains("7.50 s (25.00 x)") &&
                                    Contains("500 MB (2.50 x)"));
  CHECK_THAT(text, Contains("the empty program takes 150 ms; the first score of ours takes 2.00 times as long"));
  PredictRace without = told_race();
  without.empty_starts.clear();
  CHECK_THAT(predict_race_text(without), !Contains("empty program"));
}

TEST_CASE("a race of predictions as JSON has every value", "[speed]") {
  const auto json = nlohmann::json::parse(predict_race_json(told_race()));
  const auto& theirs = json["contenders"][1];
  CHECK(theirs["name"] == "theirs");
  CHECK(theirs["median"] == 0.05);
  CHECK(theirs["times_the_first"]["median"].get<double>() == Approx(5));
  CHECK(theirs["times_the_first"]["peak_bytes"].get<double>() == Approx(2.5));
  CHECK(json["contenders"][0]["times_the_first"]["first_score"] == 1);
  CHECK(theirs["seconds"]["by_itself"] == std::vector<double>{0.06, 0.05, 0.04, 0.07});
  CHECK(theirs["seconds"]["first_score"] == std::vector<double>{6, 9, 7.5});
  CHECK(theirs["seconds"]["together"] == std::vector<double>{6});
  CHECK(json["empty_program"]["first_score_over_it"].get<double>() == Approx(2));
  CHECK(json["machine"]["processors"] == 2);
  CHECK(json["threads"] == 2);
}
