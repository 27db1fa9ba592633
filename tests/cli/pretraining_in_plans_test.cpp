// `adrep run` with pretrainings that its cells need, and `adrep pretrain` of several, as a user sees them.
#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "core/base/atomic_file.h"
#include "support/golden.h"
#include "support/program.h"
#include "support/seeded_backbones.h"
#include "support/trees.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

/// A data set, a pretraining and a run that needs it, with small images.
struct Files {
  TemporaryFolder folder;

  Files() {
    write_mvtec_class(folder / "parts", "plate", 4, 4);
    write_mvtec_class(folder / "test", "lid", 3, 3);
    write_file_atomically(folder / "pretrain.yaml",
                          "data: " + (folder / "parts").string() +
                              "\nimage: {crop: 64}\nbatch: 4\nepochs: 2\nprojector: {references: 8}\n"
                              "references: {shots: [1, 2], center_shots: 2}\nrate: 1e-3\n");
    write_file_atomically(
        folder / "run.yaml",
        fmt::format("base:\n  data: {0}/test\n  backbone: \"{1}\"\n  image: {{crop: 64, resize: 64}}\n"
                    "  references: {{shots: 2}}\n  detector: padim\n  features: [raw, pretrained]\n"
                    "  projector: {{pretrain: {0}/pretrain.yaml}}\n  output: {0}/out\n"
                    "axes:\n  projector.rate: [1e-3, 1e30]\n",
                    folder.path().string(), seeded_backbone()));
  }
  ProgramResult adrep(const std::string& arguments) const { return run_command(command(arguments)); }
  std::string command(const std::string& arguments) const {
    return fmt::format("ADREP_CACHE={} {} {}", (folder / "cache").string(), ADREP_PROGRAM, arguments);
  }
  std::string file(const std::string& name) const { return (folder / name).string(); }
};

}  // namespace

TEST_CASE("a run says which pretrainings it does, fails the cells of one that fails, and does none again", "[cli]") {
  const Files files;
  const ProgramResult dry = files.adrep("run " + files.file("run.yaml") + " --dry-run");
  CHECK(dry.code == 0);
  CHECK_THAT(dry.text,
             Contains("torchscript · pretrain · rate=1e-3") && Contains("to do") && Contains("missing  nothing"));

  const ProgramResult first = files.adrep("run " + files.file("run.yaml"));
  CHECK(first.code == 2);
  CHECK_THAT(first.text, Contains("pretraining 1/2: torchscript · pretrain · rate=1e-3") &&
                             Contains("pretraining 2/2: torchscript · pretrain · rate=1e30: epoch") &&
                             Contains("its pretraining failed") && Contains("1 failed"));
  const ProgramResult again = files.adrep("run " + files.file("run.yaml") + " projector.rate=1e-3");
  CHECK(again.code == 0);
  CHECK_THAT(again.text, Contains("pretraining 1/1: torchscript · pretrain · rate=1e-3: from an earlier run") &&
                             Contains("2 from earlier runs"));
  const ProgramResult retried = files.adrep("run " + files.file("run.yaml") + " --retry-failed");
  CHECK(retried.code == 2);
  CHECK_THAT(retried.text, Contains("pretraining 1/1: torchscript · pretrain · rate=1e30"));
}

TEST_CASE("two runs that need one pretraining at once do it once", "[cli]") {
  const Files files;
  const auto run = [&](const std::string& output) {
    return files.command("run " + files.file("run.yaml") + " projector.rate=1e-3 output=" + files.file(output)) + " >" +
           files.file(output + ".txt") + " 2>&1";
  };
  const ProgramResult both =
      run_command(fmt::format("{{ {} & {}; code=$?; wait $! && exit $code; }}", run("a"), run("b")));
  CHECK(both.code == 0);
  const std::string a = read_file(files.file("a.txt")), b = read_file(files.file("b.txt"));
  CHECK_THAT(a + b, Contains("passes in") && (Contains("does it: waiting") || Contains("done by another process") ||
                                              Contains("from an earlier run")));
  const auto count = [](const std::string& text) { return text.find("passes in") != std::string::npos; };
  CHECK(count(a) != count(b));
}

TEST_CASE("adrep pretrain does several, says which fails, and goes on", "[cli]") {
  const Files files;
  const std::string arguments = fmt::format("pretrain {} backbone={} rate=1e-3,1e30,1e-4 output={}",
                                            files.file("pretrain.yaml"), seeded_backbone(), files.file("several"));
  const ProgramResult dry = files.adrep(arguments + " --dry-run");
  CHECK(dry.code == 0);
  CHECK_THAT(dry.text, Contains("pretraining 2/3: rate=1e30") && Contains("together: about"));
  CHECK_FALSE(fs::exists(files.folder / "several"));
  const ProgramResult done = files.adrep(arguments);
  CHECK(done.code == 2);
  CHECK_THAT(done.text, Contains("pretraining 1/3: rate=1e-3") && Contains("pretraining 2/3: rate=1e30: epoch") &&
                            Contains("pretraining 3/3: rate=1e-4") && Contains("1 of 3 pretrainings failed"));
  CHECK(fs::exists(files.folder / "several/1e-3/projector.safetensors"));
  CHECK_FALSE(fs::exists(files.folder / "several/1e30/projector.safetensors"));
  CHECK(fs::exists(files.folder / "several/1e-4/projector.safetensors"));
  CHECK(files.adrep("pretrain " + files.file("pretrain.yaml") + " --print-plan").code == 2);
}
