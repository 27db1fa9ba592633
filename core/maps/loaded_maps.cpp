#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/maps/map_pairs.h"

namespace adrep {

Scored LoadedMaps::scored(int threads) const {
  return {{scores, masks, images, height, width}, {image_scores, labels}, threads};
}

LoadedMaps load_all(const MapPairs& pairs, int threads) {
  const MapSize size = pairs.map_size(0);
  for (int64_t i = 1; i < pairs.size(); ++i)
    if (const MapSize other = pairs.map_size(i); other != size)
      throw_input("maps '{}' and '{}' are {}x{} and {}x{}: size=HxW brings all to one size", pairs.name(0),
                  pairs.name(i), size.height, size.width, other.height, other.width);
  LoadedMaps loaded;
  loaded.images = pairs.size();
  loaded.height = size.height;
  loaded.width = size.width;
  const auto images = static_cast<size_t>(pairs.size()), pixels = static_cast<size_t>(size.pixels());
  loaded.scores.resize(images * pixels);
  loaded.masks.resize(images * pixels);
  loaded.image_scores.resize(images);
  loaded.labels.resize(images);
  for (int64_t i = 0; i < pairs.size(); ++i) loaded.names.push_back(pairs.name(i));
  std::vector<uint8_t> given(images);
  for_each_index(images, threads, [&](size_t i) {
    const ScoredMap map = pairs.read(static_cast<int64_t>(i));
    ADREP_ASSERT(map.scores.size() == pixels, "map '{}' changed its size", map.name);
    std::copy(map.scores.begin(), map.scores.end(), loaded.scores.begin() + static_cast<int64_t>(i * pixels));
    std::copy(map.mask.begin(), map.mask.end(), loaded.masks.begin() + static_cast<int64_t>(i * pixels));
    loaded.image_scores[i] = map.score();
    loaded.labels[i] = map.anomalous;
    given[i] = map.image_score.has_value();
  });
  loaded.given_image_scores = std::count(given.begin(), given.end(), 1);
  return loaded;
}

}  // namespace adrep
