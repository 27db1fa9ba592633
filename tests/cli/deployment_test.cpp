// A model's file as an engineer handles it: made, used, watched with, proven, updated, and damaged.
#include <catch2/catch.hpp>

#include <fmt/format.h>
#include <signal.h>

#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "core/base/atomic_file.h"
#include "core/io/sealed_tensors.h"
#include "support/golden.h"
#include "support/program.h"
#include "support/seeded_backbones.h"
#include "support/trees.h"

using namespace adrep;
using Catch::Matchers::Contains;
using test::adrep_program;
using test::TemporaryFolder;
namespace fs = std::filesystem;

namespace {

/// Photographs, and a model of them.
class Line {
 public:
  Line() {
    for (unsigned i = 0; i < 10; ++i) test::write_texture(folder_ / fmt::format("good/{:03}.png", i), 70, 70, i);
    for (unsigned i = 0; i < 3; ++i)
      test::write_texture(folder_ / fmt::format("new/day {}/{:03}.png", i, i), 70, 70, 40 + i, i == 2);
    const test::ProgramResult made = fit("");
    INFO(made.text);
    REQUIRE(made.code == 0);
  }

  test::ProgramResult fit(const std::string& words) const {
    return adrep_program(
        fmt::format("fit data={} detector=padim image.crop=64 weights={} cache.folder={} threads=1 {} -o {}",
                    (folder_ / "good").string(), test::seeded_efficientnet().string(), (folder_ / "cache").string(),
                    words, model()));
  }
  test::ProgramResult predict(const std::string& words) const {
    return adrep_program(fmt::format("--quiet predict {} --threads 1 {}", model(), words));
  }
  std::string model() const { return (folder_ / "part.adrep").string(); }
  fs::path operator/(const std::string& name) const { return folder_ / name; }
  std::string path(const std::string& name) const { return "'" + (folder_ / name).string() + "'"; }

 private:
  TemporaryFolder folder_;
};

/// The JSON lines among what a command printed.
std::vector<nlohmann::json> json_lines(const std::string& text) {
  std::vector<nlohmann::json> lines;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    if (text[at] == '{') lines.push_back(nlohmann::json::parse(text.substr(at, end - at)));
    at = end + 1;
  }
  return lines;
}

}  // namespace

TEST_CASE("a model says of every image what it says of it by itself, in every way to ask", "[cli]") {
  const Line line;
  const test::ProgramResult folder = line.predict(line.path("new") + " --format json");
  CHECK(folder.code == 0);
  const auto answers = json_lines(folder.text);
  REQUIRE(answers.size() == 3);
  CHECK(answers[0]["image"] == "day 0/000.png");
  CHECK(answers[2]["decision"] == "defect");
  for (const nlohmann::json& answer : answers) {
    const test::ProgramResult one =
        line.predict(line.path("new/" + answer["image"].get<std::string>()) + " --format json");
    CHECK(json_lines(one.text).at(0)["score"] == answer["score"]);
    CHECK(json_lines(one.text).at(0)["p_value"] == answer["p_value"]);
  }
  const test::ProgramResult piped =
      test::run_command(fmt::format("find {} -name '*.png' | sort | {} -q predict {} - --threads 1 --format json",
                                    line.path("new"), ADREP_PROGRAM, line.model()));
  const auto piped_answers = json_lines(piped.text);
  REQUIRE(piped_answers.size() == 3);
  for (size_t i = 0; i < 3; ++i) CHECK(piped_answers[i]["score"] == answers[i]["score"]);
  CHECK(line.predict(line.path("new") + " --fail-on-defect").code == 4);
  CHECK(line.predict(line.path("good") + " --fail-on-defect").code == 0);
  CHECK_THAT(line.predict(line.path("new") + " --format csv").text, Contains("day 2/002.png,") && Contains(",defect,"));

  const test::ProgramResult files = line.predict(line.path("new") + " --overlays " + line.path("o") + " --masks " +
                                                 line.path("m") + " --maps " + line.path("s"));
  INFO(files.text);
  CHECK(files.code == 0);
  for (const char* name : {"o/day 1/001.png.jpg", "m/day 1/001.png.png", "s/day 1/001.png.npy"})
    CHECK(fs::exists(line / name));
}

TEST_CASE("one bad image is one line, and the others are scored", "[cli]") {
  const Line line;
  write_file_atomically(line / "new/a.png", "not an image");
  const test::ProgramResult result =
      line.predict(line.path("new") + " " + line.path("gone.png") + " --fail-on-defect --format json");
  CHECK(result.code == 2);
  const auto answers = json_lines(result.text);
  CHECK(answers.size() == 5);
  CHECK_THAT(result.text, Contains("a.png: ") && Contains("gone.png: "));
  fs::create_directories(line / "empty");
  const test::ProgramResult empty = line.predict(line.path("empty"));
  CHECK(empty.code == 2);
  CHECK(empty.lines() == 1);
  CHECK_THAT(empty.text, Contains("no images in this folder"));
  const test::ProgramResult mixed = line.predict("- " + line.path("new"));
  CHECK(mixed.code == 2);
  CHECK_THAT(mixed.text, Contains("paths on standard input"));
  CHECK(line.predict(line.path("new") + " --overlays ''").code == 2);
  const test::ProgramResult cut =
      test::run_command(fmt::format("printf '%s\\0.png\\n' {} | {} -q predict {} - --threads 1 --format json",
                                    line.path("new/a.png"), ADREP_PROGRAM, line.model()));
  CHECK(cut.code == 2);
  CHECK_THAT(cut.text, Contains("a.png\\x00.png: a path with a zero byte"));
}

TEST_CASE("what is written of predictions does not lie among the images that are scored", "[cli]") {
  const Line line;
  const auto refused = [&](const std::string& words, const std::string& setting) {
    const test::ProgramResult result = line.predict(words);
    CAPTURE(words, result.text);
    CHECK(result.code == 2);
    CHECK(result.lines() == 1);
    CHECK_THAT(result.text, Contains(setting) && Contains("lies inside the data folder"));
  };
  refused(line.path("new") + " --overlays " + line.path("new/seen"), "--overlays ");
  refused(line.path("good") + " " + line.path("new") + " --masks " + line.path("new"), "--masks ");
  refused("--watch " + line.path("new") + " --maps " + line.path("new/day 1/maps"), "--maps ");
  CHECK(line.predict(line.path("new/day 1") + " --overlays " + line.path("new/seen")).code == 0);
}

TEST_CASE("a model that could not be written where it shall go is not fitted", "[cli]") {
  const Line line;
  fs::create_directories(line / "folder");
  const auto refused = [&](const std::string& output, const std::string& report, const std::string& text) {
    const test::ProgramResult result =
        adrep_program(fmt::format("-q fit data={} detector=padim image.crop=64 weights={} cache=off -o {}{}",
                                  line.path("good"), test::seeded_efficientnet().string(), line.path(output),
                                  report.empty() ? "" : " --report " + line.path(report)));
    CAPTURE(result.text);
    CHECK(result.code == 2);
    CHECK(result.lines() == 1);
    CHECK_THAT(result.text, Contains(text));
  };
  refused("folder", "", "-o " + (line / "folder").string() + ": a folder");
  refused("folder/", "", "a folder");
  refused("good/000.png/x.adrep", "", "-o ");
  refused("x.adrep", "folder", "--report " + (line / "folder").string() + ": a folder");
  refused("x.adrep", "new/../x.adrep", "the model's file");
  refused("x.adrep", "part.adrep/x.html", "part.adrep is a file, not a folder");
  CHECK_FALSE(fs::exists(line / "x.adrep"));
  CHECK(adrep_program("update " + line.model() + " " + line.path("new") + " -o " + line.path("folder")).code == 2);
}

TEST_CASE("options that take a number refuse what is none, or does not fit", "[cli]") {
  struct Numbers {
    std::string command;
    std::vector<std::string> whole, decimal;
  };
  for (const Numbers& given :
       {Numbers{"predict m.adrep a.png", {"--threads"}, {}}, Numbers{"verify m.adrep a", {"--threads"}, {"--bound"}},
        Numbers{"update m.adrep a -o b", {"--threads"}, {"--hold-out"}},
        Numbers{"bench thresholds", {"--repeats", "--seed"}, {"--rate"}},
        Numbers{"bench predict m.adrep a.png", {"--repeats", "--threads"}, {}},
        Numbers{"bench regress a b", {"--repeats"}, {"--tolerance"}},
        Numbers{"inspect resnet18", {"--size", "--batch", "--threads"}, {}},
        Numbers{"submit", {"--tasks", "--throttle", "--memory", "--cpus", "--gpus", "--pretrain-processes"}, {}}}) {
    const auto refused = [&](const std::string& option, const std::string& value) {
      const test::ProgramResult result = adrep_program(given.command + " " + option + "=" + value);
      CAPTURE(given.command, option, value, result.text);
      CHECK(result.code == 2);
      CHECK(result.lines() == 1);
      CHECK_THAT(result.text, Contains(option == "--rate" ? "rate" : option));
    };
    // every way to be wrong once, and each option's own check with two of them: a program takes a fifth of a second
    const bool first = given.command.starts_with("predict");
    for (const std::string& option : given.whole)
      for (const char* value : {"-1", "18446744073709551617", "0x40", "1.5"})
        if (first || value[0] == '-' || value == std::string("0x40")) refused(option, value);
    for (const std::string& option : given.decimal)
      for (const char* value : {"-1", "nan"}) refused(option, value);
  }
  // not eight
  CHECK(adrep_program("-q bench thresholds --repeats 2 --seed 010 --format json").text ==
        adrep_program("-q bench thresholds --repeats 2 --seed 10 --format json").text);
}

TEST_CASE("a model's file that is none is one line", "[cli]") {
  const Line line;
  const std::string bytes = read_file(line.model());
  const auto refused = [&](const std::string& content, const std::string& words) {
    write_file_atomically(line.model(), content);
    const test::ProgramResult result = line.predict(line.path("good"));
    CAPTURE(words, result.text);
    CHECK(result.code == 2);
    CHECK(result.lines() == 1);
    CHECK_THAT(result.text, Contains("part.adrep: ") && Contains(words));
  };
  refused("", "");
  refused("hello", "");
  refused(bytes.substr(0, bytes.size() / 2), "");
  std::string flipped = bytes;
  flipped[flipped.size() / 2] = static_cast<char>(flipped[flipped.size() / 2] ^ 1);
  refused(flipped, "");
  write_file_atomically(line.model(), bytes);
  const SealedTensors content = read_sealed(line.model(), {"adrep detector", 2});
  write_sealed(line / "later.adrep", {"adrep detector", 3}, content);
  refused(read_file(line / "later.adrep"), "of version 3, this program reads version 2: a later adrep wrote it");
  SealedTensors earlier = content;
  earlier.description["adrep"] = "0.1.9";
  earlier.description["calibration"].erase("pixel_share");
  write_sealed(line / "earlier.adrep", {"adrep detector", 2}, earlier);
  refused(read_file(line / "earlier.adrep"), "'pixel_share' not found; adrep 0.1.9 wrote it");
}

TEST_CASE("the proof of equality is printed, and a new model moves the old one aside", "[cli]") {
  const Line line;
  const test::ProgramResult proof = adrep_program("-q verify " + line.model() + " --threads 1 " + line.path("good"));
  INFO(proof.text);
  CHECK(proof.code == 0);
  CHECK_THAT(proof.text, Contains("largest difference 0 of scores, 0 of maps") && Contains("equal: bound 0"));
  const test::ProgramResult updated = adrep_program(
      fmt::format("update {} --threads 1 {} -o {}", line.model(), line.path("new"), line.path("newer.adrep")));
  INFO(updated.text);
  CHECK(updated.code == 0);
  CHECK_THAT(updated.text, Contains("new: 3 good images, of which the model as it was called 1 defective"));
  CHECK(adrep_program("-q verify " + line.path("newer.adrep") + " --threads 1 " + line.path("new")).code == 0);

  const test::ProgramResult again = line.fit("padim.ridge=0.1 --report " + line.path("page.html"));
  INFO(again.text);
  CHECK(again.code == 0);
  CHECK_THAT(again.text, Contains("previous/"));
  CHECK_THAT(read_file(line / "page.html"), Contains("The file gives the scores that were found before it was saved"));
}

TEST_CASE("a watch that is killed and started again scores every file once", "[cli]") {
  const Line line;
  fs::create_directories(line / "in");
  const std::string watch =
      fmt::format("timeout -s {{}} {{}} {} -q predict {} --threads 1 --format json --watch {} >> {} 2>&1",
                  ADREP_PROGRAM, line.model(), line.path("in"), line.path("log"));
  std::thread writer([&] {
    for (unsigned i = 0; i < 12; ++i) {
      test::write_texture(line / fmt::format("away/{}.png", i), 70, 70, i);
      fs::rename(line / fmt::format("away/{}.png", i), line / fmt::format("in/{}.png", i));
      std::this_thread::sleep_for(std::chrono::milliseconds(300));
    }
  });
  for (const char* seconds : {"1.5", "2", "1.2"}) test::run_command(fmt::format(fmt::runtime(watch), "KILL", seconds));
  writer.join();
  const test::ProgramResult last = test::run_command(fmt::format(fmt::runtime(watch), "INT", "6"));
  INFO(read_file(line / "log"));
  static_cast<void>(last);
  std::multiset<std::string> scored;
  for (const nlohmann::json& entry : json_lines(read_file(line / "in/.adrep-predictions.jsonl")))
    scored.insert(entry["file"].get<std::string>());
  CHECK(scored.size() == 12);
  for (unsigned i = 0; i < 12; ++i) CHECK(scored.count(fmt::format("{}.png", i)) == 1);
}
