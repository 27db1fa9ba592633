#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/maps/map_pairs.h"
#include "core/maps/rounding_ties.h"

namespace adrep {
namespace {

/// Puts ordinals in the place of scores.
void take_ordinals(LoadedMaps& loaded, const std::vector<double>& exact, const std::vector<double>& image_scores,
                   int threads) {
  loaded.pixel_ordinals.emplace(exact);
  const auto images = static_cast<size_t>(loaded.images);
  const size_t pixels = exact.size() / images;
  for_each_index(images, threads, [&](size_t i) {
    for (size_t p = i * pixels; p < (i + 1) * pixels; ++p) loaded.scores[p] = loaded.pixel_ordinals->ordinal(exact[p]);
  });
  loaded.image_ordinals.emplace(image_scores);
  for (size_t i = 0; i < images; ++i) loaded.image_scores[i] = loaded.image_ordinals->ordinal(image_scores[i]);
}

}  // namespace

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
  std::vector<double> exact(pairs.keeps_float64() ? images * pixels : 0), image_scores(images);
  loaded.scores.resize(images * pixels);
  loaded.masks.resize(images * pixels);
  loaded.labels.resize(images);
  for (int64_t i = 0; i < pairs.size(); ++i) loaded.names.push_back(pairs.name(i));
  std::vector<uint8_t> given(images);
  std::vector<MapFacts> facts(images);
  RoundingTies ties(images * pixels);
  for_each_index(images, threads, [&](size_t i) {
    ScoredMap map = pairs.read(static_cast<int64_t>(i));
    ADREP_ASSERT(map.mask.size() == pixels, "map '{}' changed its size", map.name);
    const auto first = static_cast<int64_t>(i * pixels);
    std::copy(map.scores.begin(), map.scores.end(), loaded.scores.begin() + first);
    std::copy(map.exact.begin(), map.exact.end(), exact.begin() + first);
    std::copy(map.mask.begin(), map.mask.end(), loaded.masks.begin() + first);
    image_scores[i] = map.score();
    loaded.labels[i] = map.anomalous;
    given[i] = map.image_score.has_value();
    ties.add(map.facts.stored);
    map.facts.stored = {};  // only once
    facts[i] = std::move(map.facts);
  });
  loaded.given_image_scores = std::count(given.begin(), given.end(), 1);
  loaded.image_scores.assign(image_scores.begin(), image_scores.end());
  if (pairs.keeps_float64()) take_ordinals(loaded, exact, image_scores, threads);
  std::vector<std::span<const float>> exact_maps;
  for (size_t i = 0; i < images; ++i)
    if (facts[i].rounding.exact && !facts[i].resized)
      exact_maps.push_back(std::span(std::as_const(loaded.scores)).subspan(i * pixels, pixels));
  MapNotes notes = pairs.notes();
  if (!pairs.keeps_float64()) notes.tied_over_all(ties.count(exact_maps));
  for (size_t i = 0; i < images; ++i) notes.add(loaded.names[i], facts[i], size.pixels());
  loaded.notes = notes.lines();
  return loaded;
}

}  // namespace adrep
