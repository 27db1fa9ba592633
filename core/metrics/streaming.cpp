#include "core/metrics/streaming.h"

#include "core/metrics/regions.h"
#include "core/metrics/validation.h"

namespace adrep {
namespace {

constexpr int64_t kLeastMemory = 64 << 10;

int64_t checked(int64_t memory) {
  if (memory < kLeastMemory) throw_input("{} bytes of memory for scores: at least {} are needed", memory, kLeastMemory);
  return memory;
}

}  // namespace

// Anomalous pixels are few, normal ones many.
StreamingScores::StreamingScores(const std::filesystem::path& folder, int64_t memory)
    : normals_(folder, checked(memory) / 4 * 3), anomalous_(folder, memory / 4) {}

void StreamingScores::add_image(std::span<const float> scores, std::span<const uint8_t> masks, int64_t height,
                                int64_t width) {
  const ScoredPixels image{scores, masks, 1, height, width};
  check_sizes(image);
  if (first_non_finite(image)) throw_input("image {} has a NaN or infinite score: metrics need finite scores", images_);
  const Regions regions = find_regions(image, Connectivity::eight, 1);
  const auto offset = static_cast<uint32_t>(totals_.region_areas.size());
  int64_t at = 0;
  const auto inverted = [&](int64_t pixel) { return ~score_to_key(scores[static_cast<size_t>(pixel)]); };
  const auto add_normals = [&](int64_t end) {
    for (; at < end; ++at) normals_.add(inverted(at));
  };
  for (const PixelRun& run : regions.marked()) {
    add_normals(run.begin);
    if (run.region == no_region) at = run.end;
    for (; at < run.end; ++at) anomalous_.add(uint64_t{inverted(at)} << 32 | (offset + run.region));
  }
  add_normals(std::ssize(scores));

  totals_.region_areas.insert(totals_.region_areas.end(), regions.areas.begin(), regions.areas.end());
  totals_.anomalous += regions.pixels();
  totals_.normals += regions.normal_pixels(std::ssize(scores));
  ++images_;
}

void StreamingScores::visit(const Visitor& visitor) {
  auto normals = normals_.merge();
  auto anomalous = anomalous_.merge();
  int64_t above = 0;
  std::vector<RegionCount> regions;
  while (!anomalous.empty()) {
    const auto inverted = static_cast<uint32_t>(anomalous.top() >> 32);
    int64_t pixels = 0, tied = 0;
    regions.clear();
    for (; !anomalous.empty() && anomalous.top() >> 32 == inverted; anomalous.pop(), ++pixels) {
      const auto region = static_cast<uint32_t>(anomalous.top());
      if (regions.empty() || regions.back().region != region) regions.push_back({region, 0});
      ++regions.back().pixels;
    }
    for (; !normals.empty() && normals.top() < inverted; normals.pop()) ++above;
    for (; !normals.empty() && normals.top() == inverted; normals.pop()) ++tied;
    if (!visitor({key_to_score(~inverted), above, tied, pixels, regions})) return;
    above += tied;
  }
}

}  // namespace adrep
