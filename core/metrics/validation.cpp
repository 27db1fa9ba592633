#include "core/metrics/validation.h"

#include <algorithm>
#include <bit>

#include "core/base/error.h"

namespace adrep {
namespace {

constexpr uint32_t kInfinity = 0x7f800000;

bool all_finite(std::span<const float> scores) {
  uint32_t largest = 0;
  for (float score : scores) largest = std::max(largest, std::bit_cast<uint32_t>(score) & 0x7fffffff);
  return largest < kInfinity;
}

std::optional<int64_t> first_non_finite(std::span<const float> scores, int64_t per_image) {
  if (all_finite(scores)) return std::nullopt;
  const auto bad = std::find_if(scores.begin(), scores.end(), [](float score) { return !std::isfinite(score); });
  return (bad - scores.begin()) / per_image;
}

}  // namespace

void refuse_non_finite(std::optional<int64_t> image) {
  if (image) throw_input("image {} has a NaN or infinite score: metrics need finite scores", *image);
}

std::optional<int64_t> first_non_finite(const ScoredPixels& pixels) {
  return first_non_finite(pixels.scores, pixels.height * pixels.width);
}

std::optional<int64_t> first_non_finite(const ScoredImages& images) {
  return first_non_finite(images.scores, 1);
}

void check_sizes(const ScoredPixels& pixels) {
  const auto [scores, masks, images, height, width] = pixels;
  if (images < 0 || height < 0 || width < 0)
    throw_input("score maps of {} images of {} x {} pixels: sizes cannot be negative", images, height, width);
  const auto count = static_cast<size_t>(images * height * width);
  if (scores.size() != count || masks.size() != count)
    throw_input("{} scores and {} mask pixels for {} images of {} x {}: both must be {}", scores.size(), masks.size(),
                images, height, width, count);
}

void check(const ScoredPixels& pixels) {
  check_sizes(pixels);
  refuse_non_finite(first_non_finite(pixels));
}

void check(const ScoredImages& images) {
  if (images.scores.size() != images.labels.size())
    throw_input("{} image scores and {} labels: there must be one label for each score", images.scores.size(),
                images.labels.size());
  refuse_non_finite(first_non_finite(images));
}

}  // namespace adrep
