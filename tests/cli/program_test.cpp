#include <fmt/format.h>

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "core/base/atomic_file.h"
#include "support/golden.h"
#include "support/program.h"
#include "support/script_backbone.h"
#include "support/seeded_backbones.h"
#include "support/thrown.h"
#include "support/trees.h"
#include "tools/vit_entries.h"

using namespace adrep;
using test::adrep_program;
using test::run_command;
using Result = test::ProgramResult;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
namespace fs = std::filesystem;

namespace {

void cut_in_half(const fs::path& from, const fs::path& to) {
  const std::string bytes = read_file(from);
  write_file_atomically(to, bytes.substr(0, bytes.size() / 2));
}

/// The settings of a run that takes a second.
std::string small_settings() {
  return "cache=off detector=feature_norm image.crop=64 image.resize=64 backbone=" + test::seeded_backbone();
}

}  // namespace

TEST_CASE("help and lists come from what is registered", "[cli]") {
  REQUIRE(adrep_program("--help").code == 0);
  const Result help = adrep_program("run --help");
  REQUIRE_THAT(help.text, Contains("patchcore.ratio=") && Contains("references.shots=") && Contains("example"));
  const Result list = adrep_program("list");
  REQUIRE_THAT(list.text,
               Contains("padim") && Contains("efficientnet_lite0") && Contains("mvtec_ad") && Contains("exact"));
  REQUIRE_THAT(adrep_program("version").text, StartsWith("adrep "));
  REQUIRE_THAT(adrep_program("completion bash").text,
               Contains("complete -o default -F _adrep adrep") && Contains("detector=patchcore"));
}

TEST_CASE("the words that people try first do what they expect", "[cli]") {
  CHECK(adrep_program("--version").text == adrep_program("version").text);
  CHECK(adrep_program("help").text == adrep_program("--help").text);
  CHECK(adrep_program("help run").text == adrep_program("run --help").text);
  CHECK(adrep_program("help").code == 0);
}

TEST_CASE("a full standard output is a failure, not a silent success", "[cli]") {
  for (const std::string arguments : {"version", "list", "run --help", "--help"}) {
    INFO(arguments);
    const Result full = run_command(fmt::format("({} {} >/dev/full)", ADREP_PROGRAM, arguments));
    CHECK(full.code == 1);
    CHECK_THAT(full.text, Contains("standard output") && Contains("No space left on device"));
    CHECK(full.lines() == 1);
  }
}

TEST_CASE("folders that cannot be are refused in one line before anything is computed", "[cli]") {
  const test::TemporaryFolder folder;
  test::write_mvtec_class(folder / "data", "plate", 2, 1);
  const std::string run = "run data=" + (folder / "data").string() + " " + small_settings();
  const Result empty = adrep_program(run + " output=");
  CHECK(empty.code == 2);
  CHECK_THAT(empty.text, Contains("output=: a folder is needed"));
  CHECK(empty.lines() == 1);
  const Result longest = adrep_program(run + " output=" + (folder / std::string(300, 'x')).string());
  CHECK(longest.code != 0);
  CHECK_THAT(longest.text, Contains("File name too long"));
}

TEST_CASE("wrong command lines are one line and exit code 2", "[cli]") {
  for (const std::string arguments : {"",
                                      "runn",
                                      "run detectr=padim data=/tmp",
                                      "run a.yaml b.yaml",
                                      "run /nonexistent.yaml",
                                      "run detector=patchcor data=/tmp",
                                      "run data=/nonexistent",
                                      "run",
                                      "run data=/tmp device=gpu",
                                      "inspect resnet",
                                      "inspect vit",
                                      "inspect resnet18 vit.heads=2",
                                      "inspect vit vit.head=2",
                                      "datasets info /nonexistent",
                                      "datasets verify /nonexistent",
                                      "compare",
                                      "compare /nonexistent",
                                      "compare /tmp metrc=pro",
                                      "compare /tmp output=x.pdf",
                                      "compare /tmp methods=a"}) {
    INFO(arguments);
    const Result result = adrep_program(arguments);
    INFO(result.text);
    REQUIRE(result.code == 2);
    REQUIRE(result.lines() == 1);
    REQUIRE_THAT(result.text, StartsWith("adrep: error: "));
  }
}

TEST_CASE("an unknown command is answered with the nearest one", "[cli]") {
  REQUIRE_THAT(adrep_program("runn data=x").text, Contains("unknown command 'runn': did you mean 'run'?"));
  REQUIRE_THAT(adrep_program("-q compair x").text, Contains("did you mean 'compare'?"));
  REQUIRE_THAT(adrep_program("datasets infos x").text, Contains("unknown command 'infos': did you mean 'info'?"));
}

TEST_CASE("an unknown key in a file is named with its line", "[cli]") {
  const test::TemporaryFolder folder;
  write_file_atomically(folder / "c.yaml", "data: /tmp\nreferences:\n  shotz: 8\n");
  const Result result = adrep_program("run " + (folder / "c.yaml").string());
  REQUIRE(result.code == 2);
  REQUIRE_THAT(result.text,
               Contains("c.yaml:3") && Contains("references.shotz") && Contains("did you mean 'references.shots'"));
}

TEST_CASE("weights of another architecture are one line with every key that is wrong", "[cli]") {
  const test::TemporaryFolder folder;
  write_safetensors(folder / "w.safetensors", {{"cls_token", at::zeros({1, 1, 384})},
                                               {"patch_embed.proj.weight", at::zeros({384, 3, 14, 14})},
                                               {"strange", at::zeros({1})}});
  const Result result = adrep_program("inspect dinov2_base --weights " + (folder / "w.safetensors").string());
  REQUIRE(result.code == 2);
  REQUIRE(result.lines() == 1);
  REQUIRE_THAT(result.text, Contains("170 missing, 2 misshapen and 1 unknown") &&
                                Contains("'cls_token' is [1, 1, 384], expected [1, 1, 768]") &&
                                Contains("'blocks.11.ls2.gamma' [768]") && Contains("unknown: 'strange' [1]"));
}

TEST_CASE("inspect shows a vision transformer of any size as it is told", "[cli]") {
  const test::TemporaryFolder folder;
  const fs::path file = test::write_small_vits(folder.path(), 4).front().file;
  const std::string base = "inspect vit --size 64 --batch 1 --weights " + file.string();
  const Result unknown_heads = adrep_program(base);
  REQUIRE(unknown_heads.code == 2);
  REQUIRE(unknown_heads.lines() == 1);
  REQUIRE_THAT(unknown_heads.text, Contains("width 80") && Contains("vit.heads"));
  const Result told = adrep_program(base + " vit.heads=4 vit.layers=2,4");
  REQUIRE(told.code == 0);
  REQUIRE_THAT(told.text, Contains("level 2     80 channels, 8x8") && !Contains("level 3"));
}

TEST_CASE("a file that only fits by its keys is called so by verify and inspect", "[cli]") {
  const test::TemporaryFolder folder;
  fs::copy_file(test::seeded_efficientnet(), folder / "mine.pth");
  const Result verified = adrep_program("weights verify efficientnet_lite0 --file " + (folder / "mine.pth").string());
  CHECK(verified.code == 0);
  CHECK_THAT(verified.text, Contains("mine.pth: keys fit, not a published file"));
  const Result shown =
      adrep_program("inspect efficientnet_lite0 --size 64 --batch 1 --weights " + (folder / "mine.pth").string());
  CHECK(shown.code == 0);
  CHECK_THAT(shown.text, Contains("another file with the keys of EfficientNet-Lite0") &&
                             Contains("(keys fit, not a published file)") && Contains("normalised  mean "));

  const std::string clip = test::write_small_vits(folder.path(), 4)[3].file.string();
  const std::string inspect = "inspect vit --size 64 --batch 1 vit.heads=4 --weights " + clip;
  CHECK_THAT(adrep_program(inspect).text, Contains("activation  quick_gelu (computed with QuickGELU, a guess"));
  CHECK_THAT(adrep_program(inspect + " weights.activation=gelu").text, Contains("activation  gelu"));
  const std::string verify = "weights verify vit vit.heads=4 --file " + clip;
  CHECK_THAT(adrep_program(verify).text, Contains("QuickGELU, a guess"));
  CHECK_THAT(adrep_program(verify + " weights.activation=gelu").text, Contains("activation gelu (as weights."));
  write_file_atomically(folder / "config.json", R"({"hidden_act": "gelu"})");
  CHECK_THAT(adrep_program(verify).text, Contains("activation gelu (config.json beside it says hidden_act=gelu)"));
  write_file_atomically(folder / "preprocessor_config.json", R"({"image_mean": 0.5, "image_std": 0.25})");
  CHECK_THAT(adrep_program(verify).text, Contains("images normalised with mean 0.5 0.5 0.5, std 0.25 0.25 0.25 (as "
                                                  "preprocessor_config.json beside it says)"));
  CHECK_THAT(adrep_program(inspect).text,
             Contains("normalised  mean 0.5 0.5 0.5, std 0.25 0.25 0.25 (as preprocessor_config.json beside it says)"));
  const Result without = adrep_program("inspect resnet18 weights.activation=gelu");
  CHECK(without.code == 2);
  CHECK_THAT(without.text, Contains("has no effect on resnet18"));
}

TEST_CASE("cut images and cut weights are one line, exit code 2, and leave no cells", "[cli]") {
  const test::TemporaryFolder folder;
  test::write_mvtec_class(folder / "data", "plate", 3, 1);
  const std::string base =
      "run detector=feature_norm image.crop=64 image.resize=64 data=" + (folder / "data").string() +
      " output=" + (folder / "out").string() + " cache.folder=" + (folder / "cache").string();
  cut_in_half(test::seeded_efficientnet(), folder / "half.pth");
  const Result cut_weights = adrep_program(base + " weights=" + (folder / "half.pth").string());
  INFO(cut_weights.text);
  REQUIRE((cut_weights.code == 2 && cut_weights.lines() == 1));
  REQUIRE_THAT(cut_weights.text, Contains("half.pth"));
  test::write_mvtec_class(folder / "data", "second", 3, 1);
  REQUIRE(adrep_program(base + " weights=" + (folder / "half.pth").string()).lines() == 1);
  fs::remove_all(folder.path() / "data" / "second");
  const fs::path image = folder.path() / "data/plate/test/hole/0.png";
  cut_in_half(image, image);
  const Result cut_image = adrep_program(base + " weights=" + test::seeded_efficientnet().string());
  INFO(cut_image.text);
  REQUIRE((cut_image.code == 2 && cut_image.lines() == 1));
  REQUIRE_THAT(cut_image.text, Contains("test/hole/0.png"));
  REQUIRE_FALSE(fs::exists(folder / "out/cells"));
  // what was planned and why it failed is on record
  const Result table = adrep_program("results table " + (folder / "out").string());
  REQUIRE_THAT(table.text, Contains("plate · feature_norm · raw failed:") && Contains("test/hole/0.png"));
}

TEST_CASE("run, run again, dry-run and print-config on a small data set", "[cli]") {
  const test::TemporaryFolder folder;
  test::write_mvtec_class(folder / "my data", "plate", 3, 1);
  const std::string base =
      "run detector=feature_norm,padim image.crop=64 image.resize=64 backbone=" + test::seeded_backbone() +
      " 'data=" + (folder / "my data").string() + "' output=" + (folder / "out").string() +
      " cache.folder=" + (folder / "cache").string();
  const Result dry = adrep_program(base + " --dry-run");
  INFO(dry.text);
  REQUIRE(dry.code == 0);
  REQUIRE_THAT(dry.text, Contains("cells    2: 2 fitted, 2 scored, 2 evaluated, 0 from earlier runs\n") &&
                             Contains("images   5") && Contains("missing  nothing") && Contains("memory"));
  REQUIRE_FALSE(fs::exists(folder / "out"));
  const Result first = adrep_program(base);
  INFO(first.text);
  REQUIRE(first.code == 0);
  REQUIRE_THAT(first.text,
               Contains("image AUROC") && Contains("PRO (exact)") && Contains("report: ") && !Contains("\033"));
  REQUIRE_THAT(adrep_program(base).text,
               Contains("2 cells (0 fitted, 0 scored, 0 evaluated, 2 from earlier runs, 0 failed)"));
  const std::string page = (folder / "compare.html").string();
  const Result compared = adrep_program("compare " + (folder / "out").string() + " output=" + page);
  INFO(compared.text);
  REQUIRE(compared.code == 0);
  REQUIRE_THAT(compared.text, Contains("padim/raw") && Contains("1 data set and 2 methods: at least two of both") &&
                                  Contains("95 % interval") && Contains("written: " + page));
  REQUIRE_THAT(read_file(page), StartsWith("<!doctype html>"));
  const Result wrong = adrep_program("compare " + (folder / "out").string() + " methods=padim/raw,patchcore/raw");
  REQUIRE((wrong.code == 2 && wrong.lines() == 1));
  const Result printed = adrep_program(base + " --print-config");
  write_file_atomically(folder / "printed.yaml", printed.text);
  REQUIRE(adrep_program("run " + (folder / "printed.yaml").string() + " --print-config").text == printed.text);
}

TEST_CASE("a plan that memory cannot hold is refused before anything is computed", "[cli]") {
  const test::TemporaryFolder folder;
  test::write_mvtec_class(folder / "data", "plate", 9, 1);
  const std::string base =
      "run detector=feature_norm,glass glass.dimension=65536 glass.hidden=16 glass.adaptor=false image.crop=64 "
      "image.resize=64 backbone=" +
      test::seeded_backbone() + " data=" + (folder / "data").string() + " output=" + (folder / "out").string() +
      " cache.folder=" + (folder / "cache").string() + " memory=0.5";
  const std::string line = "memory=0.5: glass on data/plate with torchscript:";
  const Result refused = adrep_program(base);
  INFO(refused.text);
  REQUIRE((refused.code == 2 && refused.lines() == 1));
  REQUIRE_THAT(refused.text, Contains(line) && Contains("set memory=1 or glass.batch="));
  REQUIRE_FALSE(fs::exists(folder / "out"));
  const Result dry = adrep_program(base + " --dry-run");
  INFO(dry.text);
  REQUIRE(dry.code == 2);
  REQUIRE_THAT(dry.text, Contains("too much " + line));
}

TEST_CASE("a class without memory for its features is one line, the other is in the table, exit code 2",
          "[cli][out_of_memory]") {
  const test::TemporaryFolder folder;
  for (const char* name : {"bright", "plate"}) test::write_mvtec_class(folder / "data", name, 3, 1);
  for (const auto& image : fs::directory_iterator(folder / "data" / "bright" / "train" / "good"))
    test::write_white(image.path(), 64, 64);
  const std::string backbone = test::write_script_backbone(folder / "net.pt", test::out_of_memory_for_bright_images);
  const Result result =
      adrep_program("run -q cache=off detector=feature_norm image.crop=64 image.resize=64 backbone=" + backbone +
                    " data=" + (folder / "data").string() + " output=" + (folder / "out").string());
  INFO(result.text);
  REQUIRE(result.code == 2);
  REQUIRE_THAT(result.text, Contains("adrep: error: out of memory; lower memory= or batch=\n") &&
                                Contains("image AUROC") && Contains("plate") && Contains("1 failed"));
  // nothing but memory is missing: that is no wrong input
  const Result none = adrep_program(
      "run -q cache=off detector=feature_norm classes=bright image.crop=64 image.resize=64 backbone=" + backbone +
      " data=" + (folder / "data").string() + " output=" + (folder / "none").string());
  INFO(none.text);
  CHECK(none.code == 1);
  CHECK(none.text == "adrep: error: out of memory; lower memory= or batch=\n");
}

TEST_CASE("an output folder that cannot be written is one line and exit code 1", "[cli]") {
  const test::TemporaryFolder folder;
  test::write_mvtec_class(folder / "data", "plate", 2, 1);
  write_file_atomically(folder / "file", "not a folder");
  const Result result = adrep_program("run -q " + small_settings() + " data=" + (folder / "data").string() +
                                      " output=" + (folder / "file").string());
  INFO(result.text);
  REQUIRE(result.code == 1);
  REQUIRE(result.lines() == 1);
}

TEST_CASE("a full disk is one line, exit code 1, and leaves nothing half-written", "[cli]") {
  const test::TemporaryFolder folder;
  test::write_mvtec_class(folder / "data", "plate", 2, 1);
  // a limit on file size makes writing fail as a full disk does
  const std::string limited = "bash -c \"trap '' XFSZ; ulimit -f 4; exec " + std::string(ADREP_PROGRAM);
  const Result result = run_command(limited + " run -q " + small_settings() + " data=" + (folder / "data").string() +
                                    " output=" + (folder / "out").string() + "\"");
  INFO(result.text);
  REQUIRE(result.code == 1);
  REQUIRE(result.lines() == 1);
  REQUIRE_THAT(result.text, Contains("cannot be written"));
  for (const auto& entry : fs::recursive_directory_iterator(folder / "out"))
    if (entry.is_regular_file()) REQUIRE(entry.path().parent_path() == folder / "out/plans");  // it was written before
}

TEST_CASE("SIGINT and SIGTERM stop a run; finished cells stay and are not computed again", "[cli]") {
  const int signal = GENERATE(SIGINT, SIGTERM);
  const test::TemporaryFolder folder;
  test::write_mvtec_class(folder / "data", "plate", 12, 1);
  const std::string data = "data=" + (folder / "data").string(), output = "output=" + (folder / "out").string(),
                    backbone = "backbone=" + test::seeded_backbone();
  const pid_t child = fork();
  if (child == 0) {
    dup2(open((folder / "table.txt").c_str(), O_WRONLY | O_CREAT, 0600), STDOUT_FILENO);
    // a whole coreset takes many seconds: the signal comes before it ends
    execl(ADREP_PROGRAM, "adrep", "run", "-q", "cache=off", data.c_str(), output.c_str(), backbone.c_str(),
          "detector=feature_norm,patchcore", "patchcore.ratio=1", "patchcore.projection=2048",
          static_cast<char*>(nullptr));
    _exit(127);
  }
  const fs::path cells = folder.path() / "out" / "cells";
  for (int i = 0; i < 600 && !(fs::exists(cells) && !fs::is_empty(cells)); ++i) usleep(100'000);
  kill(child, signal);
  int status = 0;
  waitpid(child, &status, 0);
  REQUIRE((WIFEXITED(status) && WEXITSTATUS(status) == 1));
  REQUIRE(std::distance(fs::directory_iterator(cells), fs::directory_iterator()) == 1);
  // the finished cell's maps and the images they belong to
  const fs::path examples = folder.path() / "out" / "examples";
  REQUIRE(std::distance(fs::directory_iterator(examples), fs::directory_iterator()) == 3);
  REQUIRE_THAT(read_file(folder / "table.txt"), Contains("feature_norm") && Contains("image AUROC"));
  const Result again =
      adrep_program("run cache=off " + data + " " + output + " " + backbone + " detector=feature_norm");
  REQUIRE_THAT(again.text, Contains("1 cell (0 fitted, 0 scored, 0 evaluated, 1 from earlier runs"));
}

TEST_CASE("verify lists problems and exits with 2", "[cli]") {
  const test::TemporaryFolder folder;
  test::write_mvtec_class(folder.path(), "plate", 2, 1);
  REQUIRE(adrep_program("datasets verify " + folder.path().string()).code == 0);
  fs::remove(folder.path() / "plate/ground_truth/hole/0_mask.png");
  const Result result = adrep_program("datasets verify " + folder.path().string());
  INFO(result.text);
  REQUIRE(result.code == 2);
  REQUIRE_THAT(result.text, Contains("plate/test/hole/0.png") && Contains("missing_mask"));
}

TEST_CASE("mini data sets: made, described, compared", "[cli]") {
  const test::TemporaryFolder folder;
  const std::string visa = (folder / "visa").string(), mpdd = (folder / "mpdd").string();
  REQUIRE(adrep_program("datasets make-mini visa " + visa + " classes=3 seed=4").code == 0);
  REQUIRE(adrep_program("datasets make-mini mpdd " + mpdd).code == 0);
  REQUIRE(adrep_program("datasets make-mini visa " + visa).lines() == 1);
  REQUIRE_THAT(adrep_program("datasets make-mini visa " + visa + "2 clases=3").text,
               Contains("unknown key 'clases'") && Contains("classes"));
  const Result info = adrep_program("datasets info " + visa);
  REQUIRE(info.code == 0);
  REQUIRE_THAT(info.text, Contains("layout visa") && Contains("900/100/100") && Contains("3 classes") &&
                              Contains("missing classes: chewinggum"));
  REQUIRE_THAT(adrep_program("datasets stats " + mpdd).text, Contains("bracket_black") && Contains("64"));
  for (const char* part : {"train", "test"})
    for (int i = 0; i < 2; ++i)
      write_file_atomically(folder / "broken/nut" / part / "good" / fmt::format("{}.png", i), "no image");
  REQUIRE_THAT(adrep_program("datasets stats " + (folder / "broken").string()).text,
               Catch::Matchers::Matches("(.|\n)*\nnut +0 +- +- +- +- +no masks *\nnote: nut: 4 images cannot(.|\n)*"));
  REQUIRE(adrep_program("datasets leakage " + visa + " " + mpdd + " distance=0").code == 0);
  const Result same = adrep_program("datasets leakage " + visa + " " + visa + " show=1");
  REQUIRE(same.code == 2);
  REQUIRE_THAT(same.text, Contains("class in both by name: candle") && Contains("8 images with the same bytes") &&
                              Contains("7 more (show=8 names them)"));
}

TEST_CASE("a noisy split is recorded in its cell", "[cli]") {
  const test::TemporaryFolder folder;
  const std::string data = (folder / "mini").string(), out = (folder / "out").string();
  REQUIRE(adrep_program("datasets make-mini visa " + data + " classes=1").code == 0);
  const Result run = adrep_program("run " + small_settings() + " features=residual split.noise_ratio=1 data=" + data +
                                   " output=" + out);
  INFO(run.text);
  REQUIRE(run.code == 0);
  REQUIRE_THAT(run.text, Contains("2 anomalous training images instead of 4"));
  for (const auto& entry : fs::directory_iterator(fs::path(out) / "cells")) {
    const nlohmann::json cell = nlohmann::json::parse(read_file(entry.path()));
    REQUIRE(cell["split"]["anomalous_training_images"].size() == 2);
    REQUIRE(cell["counts"]["train"] == 6);
    for (const auto& reference : cell["references"]) REQUIRE_THAT(reference.get<std::string>(), Contains("/Normal/"));
  }
}
