#include "benchmarks/plan/pretrain_settings.h"

#include <catch2/catch.hpp>
#include <set>

#include "core/base/error.h"

using namespace adrep;
using Catch::Matchers::Contains;

namespace {

PretrainConfig of_file(const std::string& name, const std::vector<std::string>& assignments = {}) {
  return resolve_pretrain(read_config(ADREP_SOURCE_DIR "/configs/" + name, assignments));
}

}  // namespace

TEST_CASE(
    "pretraining settings: the published configuration is the defaults, but for backbone, precision and selection",
    "[pretraining]") {
  const std::set<std::string> different = {
      "data",   "layout",          "backbone",          "precision",         "selection",
      "output", "validation.data", "validation.layout", "validation.resize", "validation.protocol"};
  const auto published = all_values(of_file("pretrain_realiad.yaml")), defaults = all_values(PretrainConfig{});
  REQUIRE(published.size() == defaults.size());
  for (const auto& [key, value] : published) {
    INFO(key);
    REQUIRE((value == defaults.at(key)) == !different.contains(key));
  }
  REQUIRE(of_file("pretrain_realiad.yaml").step.computed_in == at::kBFloat16);
  REQUIRE_FALSE(of_file("pretrain_realiad.yaml", {"selection=last", "validation.data="}).selects());
  for (const char* name : {"pretrain_mvtec.yaml", "pretrain_mini.yaml"}) REQUIRE_FALSE(of_file(name).selects());
}

TEST_CASE("pretraining settings: two that change results are another training, places and machine are not",
          "[pretraining]") {
  const auto hash = [](const std::vector<std::string>& assignments) {
    return result_hash(of_file("pretrain_mini.yaml", assignments));
  };
  for (const char* same : {"data=elsewhere", "threads=3", "memory=2", "cache=1", "save_every=7", "keep=5", "output=o"})
    CHECK(hash({same}) == hash({}));
  for (const char* other : {"train_backbone=true", "precision=bf16", "angle.tau=0.2", "seed=1"})
    CHECK(hash({other}) != hash({}));
  for (const char* told : {"vit.heads=2", "vit.layers=1,2", "vit.activation=gelu"}) {
    CHECK(hash({told}) == hash({}));
    CHECK(hash({"backbone=vit", told}) != hash({"backbone=vit"}));
  }
  CHECK(hash({"backbone=vit", "weights.activation=gelu"}) == hash({"backbone=vit", "vit.activation=gelu"}));
}

TEST_CASE("pretraining settings: a backbone without official weights cannot be trained", "[pretraining]") {
  for (const char* backbone : {"backbone=vit", "backbone=torchscript:net.pt"})
    CHECK_THROWS_WITH(of_file("pretrain_mini.yaml", {backbone, "train_backbone=true"}),
                      Contains("cannot be kept") && Contains("official weights"));
}
