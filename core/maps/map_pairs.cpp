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
template <class T>
std::vector<T> resized_scores(const std::vector<T>& scores, const MapSize& from, const MapSize& to) {
  const at::Tensor map =
      at::from_blob(const_cast<T*>(scores.data()), {1, 1, from.height, from.width}, c10::CppTypeToScalarType<T>::value);
  const at::Tensor resized = at::upsample_bilinear2d(map, {to.height, to.width}, false).contiguous();
  const T* values = resized.template const_data_ptr<T>();
  return {values, values + to.pixels()};
}

/// The mask at the size `to`, with what it loses by that.
std::vector<uint8_t> resized_mask(std::vector<uint8_t> mask, const MapSize& from, const MapSize& to, MaskResize resize,
                                  MaskFacts& facts) {
  Image image(static_cast<int>(from.width), static_cast<int>(from.height), 1);
  image.pixels = std::move(mask);
  count_lost_regions(image, static_cast<int>(to.width), static_cast<int>(to.height), resize, facts);
  std::vector<uint8_t> made =
      resize_mask(image, static_cast<int>(to.width), static_cast<int>(to.height), resize).pixels;
  facts.vanished = facts.anomalous > 0 && std::find(made.begin(), made.end(), 1) == made.end();
  return made;
}

/// Throws InputError for NaN and infinite scores, also beyond float32's range unless float64 is kept.
void refuse_non_finite_map(const MapSource::Stored& stored, const std::string& name, bool float64) {
  const auto bad = std::find_if(stored.scores.begin(), stored.scores.end(), [&](double score) {
    return !std::isfinite(float64 ? score : static_cast<double>(static_cast<float>(score)));
  });
  if (bad == stored.scores.end()) return;
  const int64_t at = bad - stored.scores.begin();
  throw_input("map '{}': the score at row {}, column {} is {}: metrics need finite {} scores", name,
              at / stored.map_size.width, at % stored.map_size.width,
              std::isnan(*bad) ? "NaN"
              : float64        ? "infinite"
                               : "infinite or beyond float32",
              float64 ? "float64" : "float32");
}

bool labelled(const MapSource::Stored& stored, const std::string& name) {
  const bool marked = stored.mask_facts.anomalous > 0;
  if (!stored.anomalous) return marked;
  if (!*stored.anomalous && marked)
    throw_input("image '{}' is labelled normal, but its mask marks anomalous pixels: correct one of them", name);
  if (*stored.anomalous && !stored.mask_size)
    throw_input("image '{}' is labelled anomalous, but has no mask: give one, or leave the image out", name);
  return *stored.anomalous;
}

}  // namespace

double ScoredMap::score() const {
  if (image_score) return *image_score;
  if (!exact.empty()) return *std::max_element(exact.begin(), exact.end());
  return static_cast<double>(*std::max_element(scores.begin(), scores.end()));
}

MapPairs::MapPairs(std::shared_ptr<const MapSource> source, MapOptions options)
    : source_(std::move(source)), options_(std::move(options)) {
  if (options_.resize == ResizePair::maps && options_.height == 0) without_mask_ = size_of_masks();
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

std::optional<MapSize> MapPairs::size_of_masks() const {
  std::optional<MapSize> common;
  std::optional<int64_t> first, other;  // masks of two sizes
  bool resizes = false;
  for (int64_t i = 0; i < size(); ++i) {
    const auto [map, mask] = source_->stored_sizes(i);
    if (!mask) continue;
    resizes = resizes || map != *mask;
    if (common && *common != *mask && !other) other = i;
    if (!common) common = *mask, first = i;
  }
  if (!resizes) return std::nullopt;
  for (int64_t i = 0; other && i < size(); ++i)
    if (!source_->stored_sizes(i).second)
      throw_input(
          "resize=maps: '{}' has no mask that says its size, and the masks of '{}' and '{}' are of two sizes: "
          "size=HxW brings all to one",
          name(i), name(*first), name(*other));
  return common;
}

MapSize MapPairs::target(int64_t image, const MapSize& map, const std::optional<MapSize>& mask) const {
  if (options_.height > 0) return {options_.height, options_.width};
  if (!mask) return without_mask_.value_or(map);
  if (map == *mask) return map;
  if (options_.resize == ResizePair::none)
    throw_input(
        "image '{}': its map is {} and its mask {} (height x width): resize=maps or resize=masks makes them "
        "equal",
        name(image), text_of(map), text_of(*mask));
  return options_.resize == ResizePair::maps ? *mask : map;
}

MapSize MapPairs::map_size(int64_t image) const {
  const auto [map, mask] = source_->stored_sizes(image);
  return target(image, map, mask);
}

ScoredMap MapPairs::read(int64_t image) const {
  MapSource::Stored stored = source_->read(image, options_.masks);
  const MapSize to = target(image, stored.map_size, stored.mask_size);
  ScoredMap result;
  result.name = name(image);
  result.height = to.height;
  result.width = to.width;
  result.image_score = image_scores_.empty() ? stored.image_score : image_scores_[static_cast<size_t>(image)];
  result.anomalous = labelled(stored, result.name);
  refuse_non_finite_map(stored, result.name, options_.float64);
  result.facts = {std::move(stored.mask_facts),
                  stored.mask_size.has_value(),
                  stored.shows_defect,
                  {},
                  stored.map_size != to,
                  {},
                  0};
  if (options_.float64) {
    result.exact =
        stored.map_size == to ? std::move(stored.scores) : resized_scores(stored.scores, stored.map_size, to);
  } else {
    result.facts.rounding = rounding_of(stored.scores);
    std::vector<float> rounded(stored.scores.begin(), stored.scores.end());
    result.scores = stored.map_size == to ? std::move(rounded) : resized_scores(rounded, stored.map_size, to);
  }
  result.facts.image_score = result.image_score || stored.map_size != to || stored.scores.empty()
                                 ? result.score()
                                 : *std::max_element(stored.scores.begin(), stored.scores.end());
  if (!result.facts.rounding.exact) result.facts.stored = std::move(stored.scores);
  if (!stored.mask_size)
    result.mask.resize(static_cast<size_t>(to.pixels()));
  else if (*stored.mask_size == to)
    result.mask = std::move(stored.mask);
  else
    result.mask = resized_mask(std::move(stored.mask), *stored.mask_size, to, options_.masks.resize, result.facts.mask);
  return result;
}

MapNotes MapPairs::notes() const {
  return {options_.masks, options_.float64};
}

bool MapPairs::keeps_float64() const {
  return options_.float64;
}

}  // namespace adrep
