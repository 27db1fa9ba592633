#include "benchmarks/plan/cell_key.h"

#include <catch2/catch.hpp>

#include "core/base/atomic_file.h"
#include "core/base/hash.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;

namespace {

/// The key under these settings, with weights that are only hashed.
nlohmann::json key_with(const std::vector<std::string>& assignments, const std::string& features) {
  const test::TemporaryFolder folder;
  write_file_atomically(folder / "w.pth", "weights");
  std::vector<std::string> words = assignments;
  words.push_back("weights=" + (folder / "w.pth").string());
  const auto config = std::make_shared<const RunConfig>(resolve_run(read_config({}, words)).at(0));
  return cell_key({config, "nut", "feature_norm", features, {224, 224}}, "mvtec_ad", "f");
}

std::set<std::string> names(const nlohmann::json& key) {
  std::set<std::string> list;
  for (const auto& [name, value] : key.items()) list.insert(name);
  return list;
}

}  // namespace

TEST_CASE("settings of a split that is not asked for leave a cell's key as it was", "[cell]") {
  const std::set<std::string> official = {"algorithm_version",
                                          "backbone",
                                          "weights_sha256",
                                          "features",
                                          "detector",
                                          "detector_parameters",
                                          "layout",
                                          "class",
                                          "data_fingerprint",
                                          "resize",
                                          "crop",
                                          "seed",
                                          "post",
                                          "selection",
                                          "protocol",
                                          "protocol_version",
                                          "on_bad_image",
                                          "precision"};
  CHECK(names(key_with({}, "raw")) == official);
  CHECK(key_with({"split.seed=7", "split.noise_overlap=no", "references.from=noisy"}, "raw") == key_with({}, "raw"));
  CHECK(names(key_with({}, "residual")["references"]) ==
        std::set<std::string>{"select", "shots", "seed", "resize", "match"});
}

TEST_CASE("another split, and where references come from, are part of the key", "[cell]") {
  const nlohmann::json key = key_with({"split.noise_ratio=0.1", "references.from=noisy"}, "residual");
  CHECK(key["split"].dump() == R"({"noise_overlap":"yes","noise_ratio":0.1,"seed":0})");
  CHECK(key["references"]["from"] == "noisy");
  CHECK(key_with({"split.noise_ratio=0.1", "split.seed=1"}, "raw") != key_with({"split.noise_ratio=0.1"}, "raw"));
  CHECK_FALSE(key_with({"split.noise_ratio=0.1"}, "raw").contains("references"));
}

TEST_CASE("what chooses references is in the key where it does", "[cell]") {
  const auto references = [](const std::vector<std::string>& assignments) {
    return key_with(assignments, "residual")["references"];
  };
  const nlohmann::json plain = references({});
  CHECK(references({"references.clusters=3", "references.aligned_backbone=clip_base", "references.save=yes"}) == plain);
  CHECK(references({"references.exclude_self=yes"})["exclude_self"] == true);
  CHECK(references({"references.select=kmeans"})["clusters"] == 8);
  CHECK(
      references({"references.select=aligned", "references.aligned_backbone=efficientnet_lite0"})["aligned"] ==
      nlohmann::json(
          {{"backbone", "efficientnet_lite0"}, {"weights_sha256", sha256_of("weights")}, {"grid", 5}, {"centers", 5}}));
  const test::TemporaryFolder folder;
  write_file_atomically(folder / "list.txt", "a.png\n");
  CHECK(references({"references.select=list", "references.list=" + (folder / "list.txt").string()})["list_sha256"] ==
        sha256_of("a.png\n"));
}

TEST_CASE("the precision of the backbone is part of a cell's key, auto as what it stands for", "[cells]") {
  const TemporaryFolder folder;
  write_file_atomically(folder / "w.pth", "weights");
  const auto config = std::make_shared<RunConfig>();
  config->settings.weights = (folder / "w.pth").string();
  PlannedCell cell;
  cell.config = config;
  cell.detector = "padim";
  cell.features = "raw";
  cell.class_name = "nut";
  const auto key = [&](const std::string& precision) {
    config->settings.precision = precision;
    return cell_key(cell, "folder", "print");
  };
  REQUIRE(RunSettings{}.precision == "fp32");
  REQUIRE(key("fp32").at("precision") == "fp32");
  REQUIRE(key("fp32").at("weights_sha256") == sha256_of("weights"));
  REQUIRE(key("bf16") != key("fp32"));
  const std::string chosen = key("auto").at("precision");
  REQUIRE(key("auto") == key(chosen));
}

TEST_CASE("a file that a detector reads is in the key by its content, and absent where none is named", "[cell]") {
  const TemporaryFolder folder;
  write_file_atomically(folder / "w.pth", "weights");
  const auto parameters = [&](const std::string& file) {
    const auto config = std::make_shared<RunConfig>();
    config->settings.weights = (folder / "w.pth").string();
    if (!file.empty()) config->detector_params["cflow"]["decoders"] = {{(folder / file).string()}, false, "test"};
    return cell_key({config, "nut", "cflow", "raw", {224, 224}}, "mvtec_ad", "f")["detector_parameters"];
  };
  for (const char* name : {"a.pth", "b.pth"}) write_file_atomically(folder / name, "flows");
  write_file_atomically(folder / "c.pth", "other flows");
  CHECK(parameters("a.pth")["decoders_sha256"] == sha256_of("flows"));
  CHECK_FALSE(parameters("a.pth").contains("decoders"));
  CHECK(parameters("a.pth") == parameters("b.pth"));
  CHECK(parameters("a.pth") != parameters("c.pth"));
  CHECK_FALSE((parameters("").contains("decoders") || parameters("").contains("decoders_sha256")));
}
