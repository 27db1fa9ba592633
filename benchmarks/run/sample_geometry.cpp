#include "benchmarks/run/sample_geometry.h"

#include <ATen/Parallel.h>

#include "core/base/error.h"
#include "core/image/decode.h"

namespace adrep {

std::vector<Content> contents_of(const std::vector<Sample>& samples, const Geometry& geometry) {
  std::vector<Content> contents(samples.size(), content_of(geometry.crop, geometry.crop, geometry));
  if (geometry.fit == Fit::crop || geometry.fit == Fit::squash) return contents;
  at::parallel_for(0, std::ssize(samples), 16, [&](int64_t begin, int64_t end) {
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
      const ImageSize size = read_image_size(samples[i].image_file());
      contents[i] = content_of(size.width, size.height, geometry);
    }
  });
  return contents;
}

TileGrid tiles_of(const Sample& sample, const Geometry& geometry) {
  ImageSize size;
  try {
    size = read_image_size(sample.image_file());
  } catch (const InputError&) {
    return {geometry.crop, geometry.crop, geometry.crop, {{0, 0}}};
  }
  return tile_grid(size.width, size.height, geometry);
}

}  // namespace adrep
