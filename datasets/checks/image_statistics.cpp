#include "datasets/checks/image_statistics.h"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <optional>

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/image/decode.h"

namespace adrep {
namespace {

/// Sums are whole numbers, so that the order of threads changes nothing.
struct ImageSums {
  bool readable = false;
  int width = 0, height = 0;
  std::array<uint64_t, 3> sum{}, squares{};
  std::optional<double> anomalous_share;
};

ImageSums sums_of(const Sample& sample) {
  ImageSums sums;
  try {
    const Image image = decode_rgb(sample.image());
    sums.width = image.width;
    sums.height = image.height;
    for (size_t i = 0; i < image.pixels.size(); ++i) {
      const uint64_t value = image.pixels[i];
      sums.sum[i % 3] += value;
      sums.squares[i % 3] += value * value;
    }
    if (sample.mask) {
      const Image mask = decode_mask(*sample.mask);
      const auto normal = std::count(mask.pixels.begin(), mask.pixels.end(), uint8_t{0});
      sums.anomalous_share = 1.0 - static_cast<double>(normal) / static_cast<double>(mask.pixels.size());
    }
    sums.readable = true;
  } catch (const InputError&) {
    sums.readable = false;
  }
  return sums;
}

/// The values of a 16-bit image; empty for others and for what cannot be read.
ValueCounts values_of(const Sample& sample) {
  try {
    return count_values(sample.image());
  } catch (const InputError&) {
    return {};
  }
}

void add(const ValueCounts& values, ImageStatistics& all) {
  if (values.empty()) return;
  ++all.wide_images;
  all.values.resize(values.size());
  for (size_t value = 0; value < values.size(); ++value) all.values[value] += values[value];
}

void add(const ImageSums& image, ImageStatistics& all) {
  if (!image.readable) {
    ++all.unreadable;
    return;
  }
  const bool first = all.images++ == 0;
  all.min_width = first ? image.width : std::min(all.min_width, image.width);
  all.min_height = first ? image.height : std::min(all.min_height, image.height);
  all.max_width = std::max(all.max_width, image.width);
  all.max_height = std::max(all.max_height, image.height);
  if (image.anomalous_share) all.anomalous_shares.push_back(*image.anomalous_share);
}

}  // namespace

ImageStatistics image_statistics(const ClassSplit& split, int threads,
                                 const std::function<void(size_t done)>& progress) {
  std::vector<const Sample*> samples;
  for (const auto* part : {&split.train, &split.test})
    for (const Sample& sample : *part) samples.push_back(&sample);
  std::vector<ImageSums> images(samples.size());
  ImageStatistics all;
  std::mutex progress_mutex;
  size_t done = 0;
  for_each_index(samples.size(), threads, [&](size_t i) {
    images[i] = sums_of(*samples[i]);
    const ValueCounts values = values_of(*samples[i]);
    const std::lock_guard lock(progress_mutex);
    add(values, all);
    ++done;
    if (progress) progress(done);
  });
  all.class_name = split.name;
  double pixels = 0;
  std::array<double, 3> sum{}, squares{};
  for (const ImageSums& image : images) {
    add(image, all);
    pixels += static_cast<double>(image.width) * image.height;
    for (size_t c = 0; c < 3; ++c) {
      sum[c] += static_cast<double>(image.sum[c]);
      squares[c] += static_cast<double>(image.squares[c]);
    }
  }
  for (size_t c = 0; c < 3 && pixels > 0; ++c) {
    all.mean[c] = sum[c] / pixels / 255;
    all.deviation[c] = std::sqrt(std::max(0.0, squares[c] / pixels / (255.0 * 255) - all.mean[c] * all.mean[c]));
  }
  std::sort(all.anomalous_shares.begin(), all.anomalous_shares.end());
  return all;
}

}  // namespace adrep
