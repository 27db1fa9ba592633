#include "core/metrics/regions.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <numeric>

#include "core/base/parallel.h"

namespace adrep {
namespace {

constexpr uint32_t kUnnumbered = std::numeric_limits<uint32_t>::max();

/// First pixel at or after `from` whose being anomalous is `anomalous`; eight normal pixels are skipped at a time.
int64_t next_pixel(const uint8_t* row, int64_t from, int64_t width, bool anomalous) {
  if (anomalous) {
    uint64_t eight = 0;
    while (from + 8 <= width && (std::memcpy(&eight, row + from, 8), eight == 0)) from += 8;
  }
  while (from < width && (row[from] != 0) != anomalous) ++from;
  return from;
}

/// Regions of one image; `region` of a run is first its parent in a forest of runs, then the region's number.
class ImageRegions {
 public:
  ImageRegions(const uint8_t* mask, int64_t height, int64_t width, int64_t first_pixel, Connectivity connectivity)
      : reach_(connectivity == Connectivity::eight ? 1 : 0) {
    size_t above = 0;
    for (int64_t y = 0; y < height; ++y) {
      const size_t row = runs_.size();
      add_row(mask + y * width, width, first_pixel + y * width);
      if (y > 0) join(above, row, width);
      above = row;
    }
    number();
  }

  std::vector<PixelRun>& runs() { return runs_; }
  std::vector<int64_t>& areas() { return areas_; }

 private:
  void add_row(const uint8_t* row, int64_t width, int64_t first_pixel) {
    for (int64_t x = next_pixel(row, 0, width, true); x < width;) {
      const int64_t end = next_pixel(row, x, width, false);
      runs_.push_back({first_pixel + x, first_pixel + end, static_cast<uint32_t>(runs_.size())});
      x = next_pixel(row, end, width, true);
    }
  }

  /// Joins the runs [above, row) with the touching runs [row, …) of the next row.
  void join(size_t above, size_t row, int64_t width) {
    size_t upper = above, lower = row;
    while (upper < row && lower < runs_.size()) {
      const int64_t upper_begin = runs_[upper].begin + width, upper_end = runs_[upper].end + width;
      if (upper_begin < runs_[lower].end + reach_ && runs_[lower].begin < upper_end + reach_) unite(upper, lower);
      if (upper_end < runs_[lower].end)
        ++upper;
      else
        ++lower;
    }
  }

  uint32_t root(size_t run) {
    auto r = static_cast<uint32_t>(run);
    while (runs_[r].region != r) {
      runs_[r].region = runs_[runs_[r].region].region;
      r = runs_[r].region;
    }
    return r;
  }

  void unite(size_t a, size_t b) {
    const uint32_t first = root(a), second = root(b);
    runs_[std::max(first, second)].region = std::min(first, second);
  }

  /// A root is the earliest run of its region, so its number is known before the others ask for it.
  void number() {
    std::vector<uint32_t> numbers(runs_.size(), kUnnumbered);
    for (size_t i = 0; i < runs_.size(); ++i) {
      const uint32_t r = root(i);
      if (r == i) {
        numbers[i] = static_cast<uint32_t>(areas_.size());
        areas_.push_back(0);
      }
      numbers[i] = numbers[r];
      areas_[numbers[i]] += runs_[i].end - runs_[i].begin;
    }
    for (size_t i = 0; i < runs_.size(); ++i) runs_[i].region = numbers[i];
  }

  int64_t reach_;
  std::vector<PixelRun> runs_;
  std::vector<int64_t> areas_;
};

}  // namespace

int64_t Regions::pixels() const {
  return std::accumulate(areas.begin(), areas.end(), int64_t{0});
}

int64_t Regions::normal_pixels(int64_t all) const {
  int64_t normals = all - pixels();
  for (const PixelRun& run : outside) normals -= run.end - run.begin;
  return normals;
}

std::vector<PixelRun> Regions::marked() const {
  std::vector<PixelRun> all(runs.size() + outside.size());
  std::merge(runs.begin(), runs.end(), outside.begin(), outside.end(), all.begin(),
             [](const PixelRun& a, const PixelRun& b) { return a.begin < b.begin; });
  return all;
}

Regions find_regions(std::span<const uint8_t> masks, int64_t images, int64_t height, int64_t width,
                     Connectivity connectivity, int threads) {
  std::vector<Regions> parts(static_cast<size_t>(images));
  for_each_index(static_cast<size_t>(images), threads, [&](int64_t image) {
    const int64_t first_pixel = image * height * width;
    ImageRegions found(masks.data() + first_pixel, height, width, first_pixel, connectivity);
    parts[static_cast<size_t>(image)] = {std::move(found.runs()), std::move(found.areas()), {}, {}};
  });
  Regions all;
  for (size_t image = 0; image < parts.size(); ++image) {
    const auto offset = static_cast<uint32_t>(all.areas.size());
    for (PixelRun& run : parts[image].runs) run.region += offset;
    all.runs.insert(all.runs.end(), parts[image].runs.begin(), parts[image].runs.end());
    all.areas.insert(all.areas.end(), parts[image].areas.begin(), parts[image].areas.end());
    all.images.resize(all.areas.size(), static_cast<int32_t>(image));
    parts[image] = {};
  }
  return all;
}

Regions find_regions(const ScoredPixels& pixels, Connectivity connectivity, int threads) {
  const auto [scores, masks, images, height, width] = pixels;
  if (masks.empty() || !std::memchr(masks.data(), outside_pixel, masks.size()))
    return find_regions(masks, images, height, width, connectivity, threads);
  std::vector<uint8_t> inside(masks.begin(), masks.end());
  std::vector<PixelRun> outside;
  for (size_t p = 0; p < inside.size(); ++p) {
    if (masks[p] != outside_pixel) continue;
    inside[p] = 0;
    const auto at = static_cast<int64_t>(p);
    if (outside.empty() || outside.back().end != at) outside.push_back({at, at, no_region});
    ++outside.back().end;
  }
  Regions regions = find_regions(inside, images, height, width, connectivity, threads);
  regions.outside = std::move(outside);
  return regions;
}

}  // namespace adrep
