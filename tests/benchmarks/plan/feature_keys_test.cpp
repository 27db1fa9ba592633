#include "benchmarks/plan/feature_keys.h"

#include <catch2/catch.hpp>

#include <set>

#include "core/backbones/backbone.h"
#include "core/base/atomic_file.h"
#include "core/base/hash.h"
#include "support/golden.h"
#include "support/program.h"
#include "support/seeded_backbones.h"

using namespace adrep;

TEST_CASE("every backbone says its normalisation before it is loaded", "[cache]") {
  for (const auto& [name, entry] : BackboneRegistry::instance().all()) {
    INFO(name);
    if (entry.weights_name.empty()) continue;  // the file says it, and the file's hash is in the key
    for (size_t channel = 0; channel < 3; ++channel) REQUIRE(entry.std[channel] > 0);
  }
  const BackboneEntry& entry = BackboneRegistry::instance().get("efficientnet_lite0", "backbone");
  const auto backbone = entry.load(test::seeded_efficientnet(), {});
  REQUIRE(backbone->info().mean == entry.mean);
  REQUIRE(backbone->info().std == entry.std);
}

TEST_CASE("the feature key of a run follows what changes features, and nothing else", "[cache]") {
  const std::filesystem::path weights = test::seeded_efficientnet();
  RunSettings settings;
  settings.weights = weights.string();
  const FeatureKey key = feature_key(settings, {256, 224});
  REQUIRE(key.weights_sha256 == sha256_of_file(weights));
  REQUIRE(key.geometry == Geometry{256, 224});
  REQUIRE_FALSE(key.processor.empty());
  REQUIRE_FALSE(key.libtorch.empty());
  RunSettings other = settings;
  other.batch = 4;
  REQUIRE(feature_key(other, {256, 224}).hash() != key.hash());
  other = settings;
  other.device = "cuda:1";
  REQUIRE(feature_key(other, {256, 224}).device == "cuda");
  other = settings;
  other.seed = 7;
  other.detector = {"padim"};
  other.shots = 2;
  other.cache_limit = 1;
  other.memory = 1;
  REQUIRE(feature_key(other, {256, 224}).hash() == key.hash());
}

TEST_CASE("how image files are read is in the feature key where it is not the default", "[cache]") {
  RunSettings settings;
  settings.weights = test::seeded_efficientnet().string();
  const std::string usual = feature_key(settings, {256, 224}).hash();
  REQUIRE(feature_key(settings, {256, 224}, ImageReading{}).hash() == usual);
  std::set<std::string> hashes = {usual};
  for (const ImageReading& reading :
       {ImageReading{.bits = 10}, ImageReading{.upright = true}, ImageReading{.range = {{0, 1}}}})
    hashes.insert(feature_key(settings, {256, 224}, reading).hash());
  REQUIRE(hashes.size() == 4);
}

TEST_CASE("what vit is told of its file is in its feature key, and in no other's", "[cache]") {
  const test::TemporaryFolder folder;
  write_file_atomically(folder / "w.pth", "weights");
  const auto key = [&](std::vector<std::string> words) {
    words.push_back("weights=" + (folder / "w.pth").string());
    return feature_key(resolve_run(read_config({}, words)).at(0).settings, {256, 224});
  };
  std::set<std::string> hashes = {key({"backbone=vit"}).hash()};
  for (const char* told : {"vit.heads=2", "vit.layers=1,2", "vit.activation=gelu"}) {
    hashes.insert(key({"backbone=vit", told}).hash());
    CHECK(key({told}).hash() == key({}).hash());
  }
  CHECK(hashes.size() == 4);
  CHECK(key({}).text().find("told") == std::string::npos);
}

TEST_CASE("settings of the cache become its options", "[cache]") {
  RunSettings settings;
  REQUIRE(cache_options(settings).mode == CacheMode::readwrite);
  REQUIRE(cache_options(settings).folder == feature_cache_folder());
  settings.cache = "off";
  settings.cache_folder = "/elsewhere";
  settings.cache_limit = 0.5;
  REQUIRE(cache_options(settings).mode == CacheMode::off);
  REQUIRE(cache_options(settings).folder == "/elsewhere");
  REQUIRE(cache_options(settings).limit_bytes == uint64_t{1} << 29);
  settings.cache = "read";
  REQUIRE(cache_options(settings).mode == CacheMode::read);
}

TEST_CASE("an activation is in a feature key where it is another than adrep 0.2 took", "[cache]") {
  const test::TemporaryFolder folder;
  write_file_atomically(folder / "w.pth", "weights");
  const auto key = [&](std::vector<std::string> words) {
    words.push_back("weights=" + (folder / "w.pth").string());
    return feature_key(resolve_run(read_config({}, words)).at(0).settings, {224, 224});
  };
  const std::string before = key({"backbone=clip_base"}).hash();
  CHECK(key({"backbone=clip_base"}).told.empty());
  CHECK(key({"backbone=clip_base", "weights.activation=quick_gelu"}).hash() == before);
  CHECK(key({"backbone=clip_base", "weights.activation=gelu"}).told == "weights.activation=gelu|");
  // of vit it stands as it did, under either name of the setting
  const std::string vit = "vit.heads=0|vit.layers=|vit.activation=";
  CHECK(key({"backbone=vit"}).told == vit + "auto|");
  CHECK(key({"backbone=vit", "vit.activation=gelu"}).told == vit + "gelu|");
  CHECK(key({"backbone=vit", "weights.activation=gelu"}).told == vit + "gelu|");
  write_file_atomically(folder / "config.json", R"({"hidden_act": "gelu", "hidden_size": 768})");
  CHECK(key({"backbone=clip_base"}).told == "weights.activation=gelu|");
  CHECK(key({"backbone=clip_base", "weights.activation=quick_gelu"}).hash() == before);
  CHECK(key({"backbone=resnet18", "weights.activation=gelu"}).told.empty());
  CHECK_THROWS_WITH(key({"vit.activation=gelu", "weights.activation=gelu"}),
                    Catch::Matchers::Contains("vit.activation is the earlier name"));
}

TEST_CASE("kept models are told the activation that auto stands for", "[cache]") {
  const test::TemporaryFolder folder;
  write_file_atomically(folder / "w.pth", "weights");
  write_file_atomically(folder / "config.json", R"({"hidden_act": "gelu", "hidden_size": 768})");
  RunSettings settings;
  settings.weights = (folder / "w.pth").string();
  CHECK(settled_vit(settings).weights_activation == "auto");  // of EfficientNet-Lite0
  settings.backbone = "clip_base";
  CHECK(settled_vit(settings).weights_activation == "gelu");
}

TEST_CASE("a normalisation beside the weights is in keys where it is another than the backbone's own", "[cache]") {
  const test::TemporaryFolder folder;
  write_file_atomically(folder / "w.pth", "weights");
  RunSettings settings;
  settings.weights = (folder / "w.pth").string();
  settings.backbone = "clip_base";
  const FeatureKey before = feature_key(settings, {224, 224});
  CHECK_FALSE(settled_vit(settings).normalisation);
  const auto state = [&](const std::string& mean) {
    write_file_atomically(folder / "preprocessor_config.json", R"({"image_mean": )" + mean + "}");
  };
  state("[0.48145466, 0.4578275, 0.40821073]");
  CHECK(feature_key(settings, {224, 224}).hash() == before.hash());
  state("0.5");
  const FeatureKey key = feature_key(settings, {224, 224});
  CHECK(key.hash() != before.hash());
  CHECK(key.mean == std::array{0.5, 0.5, 0.5});
  CHECK(key.std == before.std);
  CHECK(activation_in_keys(settings).back().first == "weights.normalisation");
  CHECK_FALSE(settled_vit(settings).normalisation_beside);
  REQUIRE(settled_vit(settings).normalisation);
  CHECK(settled_vit(settings).normalisation->mean == key.mean);
  settings.backbone = "resnet18";
  CHECK(feature_key(settings, {224, 224}).told.empty());
}
