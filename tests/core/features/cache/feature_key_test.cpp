#include "core/features/cache/feature_key.h"

#include <catch2/catch.hpp>

#include <set>

#include "core/base/hash.h"

using namespace adrep;

TEST_CASE("every part of a feature key changes its hash", "[cache]") {
  const FeatureKey key{.backbone = "b", .weights_sha256 = "w", .processor = "p", .libtorch = "2"};
  const std::vector<std::function<void(FeatureKey&)>> changes = {
      [](FeatureKey& k) { k.backbone = "c"; },        [](FeatureKey& k) { k.weights_sha256 = "x"; },
      [](FeatureKey& k) { k.told = "vit.heads=2|"; }, [](FeatureKey& k) { k.geometry.resize = 256; },
      [](FeatureKey& k) { k.geometry.crop = 112; },   [](FeatureKey& k) { k.mean[2] = 0.406; },
      [](FeatureKey& k) { k.std[0] = 0.229; },        [](FeatureKey& k) { k.precision = "bf16"; },
      [](FeatureKey& k) { k.device = "cuda"; },       [](FeatureKey& k) { k.processor = "q"; },
      [](FeatureKey& k) { k.libtorch = "3"; },        [](FeatureKey& k) { k.batch = 1; },
      [](FeatureKey& k) { k.threads = 2; },           [](FeatureKey& k) { k.version += 1; },
      [](FeatureKey& k) { k.reading = "bits=10|"; },
  };
  std::set<std::string> hashes = {key.hash()};
  for (const auto& change : changes) {
    FeatureKey changed = key;
    change(changed);
    hashes.insert(changed.hash());
  }
  REQUIRE(hashes.size() == changes.size() + 1);
  REQUIRE(is_hexadecimal(key.hash(), 64));
  REQUIRE(FeatureKey(key).hash() == key.hash());
}

TEST_CASE("the last digit of a normalisation counts", "[cache]") {
  FeatureKey one, two;
  one.mean[0] = 0.48145466;
  two.mean[0] = std::nextafter(one.mean[0], 1.0);
  REQUIRE(one.hash() != two.hash());
}

TEST_CASE("the processor has a name", "[cache]") {
  REQUIRE_FALSE(processor_of("cpu").empty());
  REQUIRE(processor_of("cpu") == processor_of("cpu"));
}
