#include "benchmarks/pretraining/pretrainer.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <set>

#include "core/backbones/backbone.h"
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/interrupt.h"
#include "core/representation/projector_checkpoint.h"
#include "support/golden.h"
#include "support/program.h"
#include "support/trees.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

PretrainConfig config_of(const TemporaryFolder& folder, const std::string& output,
                         std::vector<std::string> assignments = {}) {
  for (const std::string& text :
       {"data=" + (folder / "data").string(), "output=" + (folder / output).string(), std::string("image.crop=64"),
        std::string("batch=4"), std::string("epochs=2"), std::string("projector.references=8"),
        std::string("references.shots=1,2"), std::string("references.center_shots=2"), std::string("rate=1e-3")})
    assignments.insert(assignments.begin(), text);
  return resolve_pretrain(read_config({}, assignments));
}

TensorMap weights_of(const PretrainOutcome& outcome) {
  return read_projector_checkpoint(outcome.projector).weights;
}

void require_equal(const TensorMap& a, const TensorMap& b) {
  REQUIRE(a.size() == b.size());
  for (const auto& [key, weight] : a) REQUIRE(weight.equal(b.at(key)));
}

}  // namespace

TEST_CASE("pretraining: stopped and continued gives the bits of one go; the checkpoint says where it comes from",
          "[pretraining]") {
  if (installed_weights().empty()) return;
  const TemporaryFolder folder;
  write_mvtec_class(folder / "data", "plate", 4, 4);
  const PretrainOutcome whole = pretrain(config_of(folder, "whole"));
  REQUIRE(whole.passes == 6);

  // the state after every pass, then all states but one of the first epoch are lost: the run goes on from there
  const PretrainConfig stopped = config_of(folder, "stopped", {"save_every=1", "keep=100"});
  const PretrainOutcome first = pretrain(stopped);
  require_equal(weights_of(first), weights_of(whole));
  const std::string log = read_file(folder.path() / "stopped/log.jsonl");
  for (const auto& entry : fs::directory_iterator(folder.path() / "stopped/states"))
    if (entry.path().filename() != "000000-00000002.safetensors") fs::remove(entry.path());
  fs::remove(first.projector);
  std::ofstream(folder.path() / "stopped/log.jsonl", std::ios::app) << R"({"epoch":1,"pa)";  // cut while writing
  const PretrainOutcome continued = pretrain(stopped);
  REQUIRE(continued.passes == 4);
  require_equal(weights_of(continued), weights_of(whole));
  REQUIRE(read_file(folder.path() / "stopped/log.jsonl") == log);
  REQUIRE(pretrain(stopped).passes == 0);

  const ProjectorCheckpoint checkpoint = read_projector_checkpoint(whole.projector);
  REQUIRE(checkpoint.backbone == "efficientnet_lite0");
  REQUIRE(checkpoint.selection == "last");
  REQUIRE(checkpoint.saw("mvtec_ad", "plate", ""));
  REQUIRE(checkpoint.classes[0].fingerprint.size() == 64);
  REQUIRE_THAT(checkpoint.settings, Contains("\"epochs\":\"2\"") && !Contains(folder.path().string()));
}

TEST_CASE("pretraining: the last states are kept, Ctrl-C leaves them, other settings do not continue them",
          "[pretraining]") {
  if (installed_weights().empty()) return;
  const TemporaryFolder folder;
  write_mvtec_class(folder / "data", "plate", 4, 4);
  const auto states = [&] {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder.path() / "out/states"))
      names.insert(entry.path().filename());
    return names;
  };
  const PretrainConfig config = config_of(folder, "out", {"save_every=1", "keep=2"});
  const PretrainOutcome whole = pretrain(config);
  REQUIRE(states() == std::set<std::string>{"000001-00000002.safetensors", "000002-00000000.safetensors"});
  const TensorMap weights = weights_of(whole);
  fs::remove(folder.path() / "out/states/000002-00000000.safetensors");
  fs::remove(whole.projector);

  set_interrupted(true);
  REQUIRE_THROWS_AS(pretrain(config), Interrupted);
  set_interrupted(false);
  REQUIRE(states() == std::set<std::string>{"000001-00000002.safetensors"});
  REQUIRE_FALSE(fs::exists(whole.projector));
  REQUIRE_THROWS_WITH(pretrain(config_of(folder, "out", {"angle.tau=0.3"})), Contains("output="));
  require_equal(weights_of(pretrain(config)), weights);
}

TEST_CASE("pretraining: gradients of several passes make one step; a small cache changes nothing", "[pretraining]") {
  if (installed_weights().empty()) return;
  const TemporaryFolder folder;
  write_mvtec_class(folder / "data", "plate", 4, 4);
  const PretrainOutcome one = pretrain(config_of(folder, "one", {"epochs=1"}));
  const PretrainOutcome uncached = pretrain(config_of(folder, "uncached", {"epochs=1", "cache=0"}));
  require_equal(weights_of(one), weights_of(uncached));
  const PretrainOutcome accumulated = pretrain(config_of(folder, "accumulated", {"epochs=1", "accumulate=3"}));
  REQUIRE(accumulated.passes == 3);
  REQUIRE_FALSE(weights_of(accumulated).at("l1_proj.x_ref").equal(weights_of(one).at("l1_proj.x_ref")));
}

TEST_CASE("pretraining refuses data without anomalies, batches larger than the data, and wrong settings",
          "[pretraining]") {
  if (installed_weights().empty()) return;
  const TemporaryFolder folder;
  write_mvtec_class(folder / "data", "plate", 2, 2);
  REQUIRE_THROWS_WITH(pretrain(config_of(folder, "out", {"batch=7"})), Contains("batch=7"));
  REQUIRE_THROWS_WITH(pretrain(config_of(folder, "out", {"classes=plat"})), Contains("plate"));
  REQUIRE_THROWS_WITH(config_of(folder, "out", {"angle.tu=1"}), Contains("angle.tau"));
  REQUIRE_THROWS_WITH(config_of(folder, "out", {"references.shots=0"}), Contains("references.shots"));
  REQUIRE_THROWS_WITH(config_of(folder, "out", {"augment.blur_smallest=3"}), Contains("blur_smallest"));
}
