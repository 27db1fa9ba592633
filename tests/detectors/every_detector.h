#pragma once
#include <functional>

#include "core/neighbours/faiss_matching.h"
#include "detectors/support.h"

// What contract tests share: features to fit on, and every detector that is registered.
namespace adrep::test {

constexpr int64_t contract_image_size = 32;

/// Normal features vary around a fixed pattern of their position.
inline Levels normal_levels(int64_t images, uint64_t seed,
                            std::vector<LevelShape> shapes = {{6, 8, 8}, {10, 4, 4}, {16, 4, 4}}) {
  Levels levels{{}, contract_image_size};
  for (size_t l = 0; l < shapes.size(); ++l) {
    const at::Tensor pattern = random_tensor({1, shapes[l].channels, shapes[l].height, shapes[l].width}, 100 + l);
    const at::Tensor noise =
        random_tensor({images, shapes[l].channels, shapes[l].height, shapes[l].width}, seed * 10 + l);
    levels.maps.push_back(pattern + 0.1 * noise);
  }
  return levels;
}

/// Good images of another kind: a new batch of parts, which differs in every feature.
inline Levels other_normal_levels(int64_t images, uint64_t seed) {
  Levels levels = normal_levels(images, seed);
  for (at::Tensor& map : levels.maps) map.add_(2);
  return levels;
}

inline std::unique_ptr<Detector> fitted(const DetectorEntry& entry, const Levels& normals, uint64_t seed = 0) {
  auto detector = entry.make(entry.quick_params);
  Quiet quiet(seed);
  detector->fit(MemoryFeatures(normals), quiet.context);
  return detector;
}

/// The detector by itself and, where it has a choice of search indexes and this build has FAISS, with each of them.
inline std::vector<DetectorEntry> variants_of(const DetectorEntry& entry) {
  std::vector<DetectorEntry> variants{entry};
  const Param* index = entry.params->find("index");
  if (!index || !has_faiss()) return variants;
  for (const std::string& choice : index->choices)
    variants.push_back(DetectorEntry(entry).quick({{"index", choice}, {"dimension", "24"}}));
  return variants;
}

inline void for_every_detector(const std::function<void(const DetectorEntry&)>& check) {
  REQUIRE_FALSE(DetectorRegistry::instance().all().empty());
  for (const auto& [name, entry] : DetectorRegistry::instance().all()) {
    for (const DetectorEntry& variant : variants_of(entry)) {
      INFO(name << (variant.quick_params.contains("index") ? " " + variant.quick_params.at("index").items[0] : ""));
      check(variant);
    }
  }
}

}  // namespace adrep::test
