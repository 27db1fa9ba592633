#include "benchmarks/fitting/witnesses.h"

#include <algorithm>

#include "core/base/content_hashes.h"

namespace adrep {
namespace {

constexpr size_t witness_images = 8;

}  // namespace

std::vector<size_t> witness_places(size_t images) {
  std::vector<size_t> places;
  const size_t count = std::min(images, witness_images);
  for (size_t i = 0; i < count; ++i) places.push_back(i * images / count);
  return places;
}

std::vector<ArtefactWitness> witnesses_of(const std::vector<ScoredImage>& images) {
  std::vector<ArtefactWitness> witnesses;
  for (const size_t place : witness_places(images.size())) {
    const ScoredImage& image = images[place];
    const std::string hash = ContentHashes::instance().sha256_of(image.sample.image());
    const bool known = std::any_of(witnesses.begin(), witnesses.end(),
                                   [&](const ArtefactWitness& witness) { return witness.sha256 == hash; });
    if (!known) witnesses.push_back({hash, image.prediction.score, image.prediction.map});
  }
  return witnesses;
}

const ScoredImage& most_anomalous(const std::vector<ScoredImage>& images) {
  return *std::max_element(images.begin(), images.end(), [](const ScoredImage& a, const ScoredImage& b) {
    return a.prediction.score < b.prediction.score;
  });
}

}  // namespace adrep
