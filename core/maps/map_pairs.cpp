#include "core/maps/map_pairs.h"

#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "core/image/preprocess.h"
#include "core/maps/image_scores.h"

namespace adrep {
namespace {

std::string text_of(const MapSize& size) {
  return fmt::format("{}x{}", size.height, size.width);
}

/// Bilinear, borders of the outer pixels aligned (align_corners = false), no antialias.
std::vector<float> resized_scores(const std::vector<float>& scores, const MapSize& from, const MapSize& to) {
  const at::Tensor map = at::from_blob(const_cast<float*>(scores.data()), {1, 1, from.height, from.width}, at::kFloat);
  const at::Tensor resized = at::upsample_bilinear2d(map, {to.height, to.width}, false).contiguous();
  const float* values = resized.const_data_ptr<float>();
  return {values, values + to.pixels()};
}

std::vector<uint8_t> resized_mask(std::vector<uint8_t> mask, const MapSize& from, const MapSize& to) {
  Image image(static_cast<int>(from.width), static_cast<int>(from.height), 1);
  image.pixels = std::move(mask);
  return resize_nearest(image, static_cast<int>(to.width), static_cast<int>(to.height)).pixels;
}

void refuse_non_finite_map(const std::string& name, const std::vector<float>& scores, const MapSize& size) {
  const auto bad = std::find_if(scores.begin(), scores.end(), [](float score) { return !std::isfinite(score); });
  if (bad == scores.end()) return;
  const int64_t at = bad - scores.begin();
  throw_input("map '{}': the score at row {}, column {} is {}: metrics need finite float32 scores", name,
              at / size.width, at % size.width, std::isnan(*bad) ? "NaN" : "infinite or beyond float32");
}

bool labelled(const MapSource::Stored& stored, const std::string& name) {
  const bool marked = std::find(stored.mask.begin(), stored.mask.end(), 1) != stored.mask.end();
  if (!stored.anomalous) return marked;
  if (!*stored.anomalous && marked)
    throw_input("image '{}' is labelled normal, but its mask marks anomalous pixels: correct one of them", name);
  if (*stored.anomalous && stored.mask.empty())
    throw_input("image '{}' is labelled anomalous, but has no mask: give one, or leave the image out", name);
  return *stored.anomalous;
}

}  // namespace

float ScoredMap::score() const {
  return image_score ? *image_score : *std::max_element(scores.begin(), scores.end());
}

MapPairs::MapPairs(std::shared_ptr<const MapSource> source, MapOptions options)
    : source_(std::move(source)), options_(std::move(options)) {
  if (options_.image_scores.empty()) return;
  std::vector<std::string> names;
  for (int64_t i = 0; i < size(); ++i) names.push_back(name(i));
  image_scores_ = read_image_scores(options_.image_scores, names);
}

int64_t MapPairs::size() const {
  return source_->size();
}

const std::string& MapPairs::name(int64_t image) const {
  return source_->name(image);
}

MapSize MapPairs::target(int64_t image, const MapSize& map, const MapSize& mask) const {
  if (options_.height > 0) return {options_.height, options_.width};
  if (map == mask) return map;
  if (options_.resize == ResizePair::none)
    throw_input(
        "image '{}': its map is {} and its mask {} (height x width): resize=maps or resize=masks makes them equal",
        name(image), text_of(map), text_of(mask));
  return options_.resize == ResizePair::maps ? mask : map;
}

MapSize MapPairs::map_size(int64_t image) const {
  const auto [map, mask] = source_->stored_sizes(image);
  return target(image, map, mask);
}

ScoredMap MapPairs::read(int64_t image) const {
  MapSource::Stored stored = source_->read(image);
  const MapSize to = target(image, stored.map_size, stored.mask_size);
  ScoredMap result{name(image), to.height, to.width, {}, {}, stored.image_score, labelled(stored, name(image))};
  if (!image_scores_.empty()) result.image_score = image_scores_[static_cast<size_t>(image)];
  refuse_non_finite_map(result.name, stored.scores, stored.map_size);
  result.scores = stored.map_size == to ? std::move(stored.scores) : resized_scores(stored.scores, stored.map_size, to);
  if (stored.mask.empty()) stored.mask.resize(static_cast<size_t>(stored.mask_size.pixels()));
  result.mask =
      stored.mask_size == to ? std::move(stored.mask) : resized_mask(std::move(stored.mask), stored.mask_size, to);
  return result;
}

}  // namespace adrep
