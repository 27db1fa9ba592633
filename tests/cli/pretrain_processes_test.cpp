#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "core/base/atomic_file.h"
#include "core/representation/projector_checkpoint.h"
#include "support/golden.h"
#include "support/pretraining_log.h"
#include "support/processes.h"
#include "support/program.h"
#include "support/seeded_backbones.h"
#include "support/trees.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

std::string settings(const TemporaryFolder& folder, const std::string& output, const std::string& batch = "4",
                     const std::string& epochs = "5") {
  return fmt::format(
      "data={} output={} backbone={} image.crop=64 batch={} epochs={} projector.references=8 references.shots=1,2 "
      "references.center_shots=2 label_pixels=8 threads=1 save_every=1",
      (folder / "data").string(), (folder / output).string(), seeded_backbone(), batch, epochs);
}

/// Shell words that start this program as process `rank` of two.
std::string process(int rank, int port, const std::string& arguments) {
  return fmt::format("env WORLD_SIZE=2 RANK={0} LOCAL_RANK={0} MASTER_ADDR=127.0.0.1 MASTER_PORT={1} {2} pretrain {3}",
                     rank, port, ADREP_PROGRAM, arguments);
}

ProgramResult two_processes(const std::string& arguments) {
  const int port = free_port();
  return run_command(fmt::format("{{ {} & {}; code=$?; wait $! && exit $code; }}", process(1, port, arguments),
                                 process(0, port, arguments)));
}

double largest_weight_difference(const fs::path& output1, const fs::path& output2,
                                 const char* file = "projector.safetensors") {
  const TensorMap one = read_projector_checkpoint(output1 / file).weights;
  const TensorMap two = read_projector_checkpoint(output2 / file).weights;
  REQUIRE(one.size() == two.size());
  double largest = 0;
  for (const auto& [key, weight] : one) {
    at::Tensor difference = (weight - two.at(key)).abs();
    if (key.ends_with("in_proj_bias")) {
      // No output depends on the keys' bias: its gradient is rounding alone, which Adam scales to whole steps.
      const int64_t third = weight.size(0) / 3;
      difference = at::cat({difference.narrow(0, 0, third), difference.narrow(0, 2 * third, third)});
    }
    largest = std::max(largest, difference.max().item<double>());
  }
  return largest;
}

}  // namespace

TEST_CASE("adrep pretrain: two processes reach the parameters of one with the same batch", "[cli]") {
  const TemporaryFolder folder;
  write_mvtec_class(folder / "data", "plate", 4, 3);
  write_mvtec_class(folder / "data", "disc", 3, 2);
  const ProgramResult one = adrep_program("pretrain " + settings(folder, "one"));
  REQUIRE(one.code == 0);
  const ProgramResult two = two_processes(settings(folder, "two"));
  INFO(two.text);
  REQUIRE(two.code == 0);
  REQUIRE(two.lines() == one.lines());  // only the first process speaks
  REQUIRE(largest_weight_difference(folder / "one", folder / "two") < 1e-5);
  // and not those of one with half the batch
  REQUIRE(adrep_program("pretrain " + settings(folder, "half", "2")).code == 0);
  REQUIRE(largest_weight_difference(folder / "one", folder / "half") > 1e-4);
}

TEST_CASE("adrep pretrain: when a process is killed the other says so and stops; started again they end as one go",
          "[cli]") {
  const TemporaryFolder folder;
  write_mvtec_class(folder / "data", "plate", 4, 4);
  REQUIRE(two_processes(settings(folder, "whole")).code == 0);

  // process 1 is killed as soon as there is a saved state
  const int port = free_port();
  const std::string script = fmt::format(
      "exec 2> /dev/null  # bash says that it was killed\n"
      "{} > {} 2>&1 & victim=$!\n"
      "( for try in $(seq 9999); do ls {}/*.safetensors > {} 2>&1 && break; sleep 0.01; done; kill -9 $victim ) &\n"
      "{} 2>&1",
      process(1, port, settings(folder, "killed")), (folder / "victim.txt").string(),
      (folder / "killed/states").string(), (folder / "ls.txt").string(), process(0, port, settings(folder, "killed")));
  write_file_atomically(folder / "kill.sh", script);
  const ProgramResult other = run_command("bash " + (folder / "kill.sh").string());
  INFO(other.text);
  REQUIRE(other.code == 1);
  REQUIRE(other.lines() == 1);
  REQUIRE_THAT(other.text, Contains("process 0 of 2") && Contains("saved state"));
  REQUIRE_FALSE(fs::exists(folder / "killed/projector.safetensors"));

  const ProgramResult again = two_processes(settings(folder, "killed"));
  REQUIRE(again.code == 0);
  REQUIRE_THAT(again.text, Contains("continuing at"));
  REQUIRE(read_file(folder / "killed/projector.safetensors") == read_file(folder / "whole/projector.safetensors"));
  REQUIRE(pretraining_log(folder / "killed") == pretraining_log(folder / "whole"));
}

TEST_CASE("adrep pretrain: process 0 evaluates every epoch while the other waits, and keeps what one process keeps",
          "[cli]") {
  const TemporaryFolder folder;
  write_mvtec_class(folder / "data", "plate", 4, 4);
  write_mvtec_class(folder / "data", "lid", 3, 3);
  const std::string selecting =
      " classes=plate selection=oracle validation.classes=lid validation.cache=off validation.shots=2 "
      "validation.resize=64";
  const ProgramResult one = adrep_program("pretrain " + settings(folder, "one", "4", "2") + selecting);
  REQUIRE(one.code == 0);
  const ProgramResult two = two_processes(settings(folder, "two", "4", "2") + selecting);
  INFO(two.text);
  REQUIRE(two.code == 0);
  for (const char* file : {"checkpoints_pro_angle.pth", "checkpoints_pro_norm.pth"}) {
    REQUIRE(largest_weight_difference(folder / "one", folder / "two", file) < 1e-5);
    const auto scores_of = [&](const char* output) {
      return read_projector_checkpoint(folder.path() / output / file).scores;
    };
    const auto expected = scores_of("one"), found = scores_of("two");
    REQUIRE(found.size() == 3);
    for (const auto& [name, score] : expected) REQUIRE(found.at(name) == Approx(score).margin(1e-3));
  }
}

TEST_CASE("adrep pretrain: processes that do not fit together are refused by all", "[cli]") {
  const TemporaryFolder folder;
  write_mvtec_class(folder / "data", "plate", 4, 4);
  const ProgramResult odd = two_processes(settings(folder, "out", "3"));
  REQUIRE_THAT(odd.text, Contains("multiple of 2"));
  REQUIRE(odd.code == 2);
  const int port = free_port();
  const ProgramResult different =
      run_command(fmt::format("{{ {} seed=1 & {}; code=$?; wait; exit $code; }}",
                              process(1, port, settings(folder, "out")), process(0, port, settings(folder, "out"))));
  REQUIRE(different.code == 2);
  REQUIRE_THAT(different.text, Contains("process 1 was started with other settings"));
}
