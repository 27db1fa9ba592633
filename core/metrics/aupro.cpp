#include "core/metrics/aupro.h"

#include <algorithm>
#include <numeric>

#include "core/base/error.h"
#include "core/metrics/score_ranking.h"

namespace adrep {

ExactAupro::ExactAupro(const PixelTotals& totals, std::vector<double> limits)
    : totals_(totals), limits_(std::move(limits)), ascending_(limits_.size()), found_(totals.region_areas.size()) {
  for (double limit : limits_)
    if (!(limit > 0 && limit <= 1)) throw_input("AUPRO limit {}: it must be above 0 and at most 1", limit);
  std::iota(ascending_.begin(), ascending_.end(), size_t{0});
  std::stable_sort(ascending_.begin(), ascending_.end(), [&](size_t a, size_t b) { return limits_[a] < limits_[b]; });
  areas_.resize(limits_.size());
}

bool ExactAupro::add(const ScoreGroup& group) {
  const auto after = static_cast<double>(group.normals_above + group.normals_tied);
  while (next_ < ascending_.size() && after > limits_[ascending_[next_]] * static_cast<double>(totals_.normals))
    close(ascending_[next_++], &group);
  if (next_ == ascending_.size()) return false;
  for (const RegionCount& region : group.regions) {
    found_[region.region].pixels += region.pixels;
    found_[region.region].halves += region.pixels * (2 * group.normals_above + group.normals_tied);
  }
  return true;
}

// With x = limit · normals, a pixel found before x adds (x − above − tied/2) / x; one on the ramp of a tie that passes
// x adds (x − above)² / (2 tied x).
void ExactAupro::close(size_t limit, const ScoreGroup* group) {
  const double x = limits_[limit] * static_cast<double>(totals_.normals);
  double area = 0;
  for (size_t r = 0; r < found_.size(); ++r)
    area += (static_cast<double>(found_[r].pixels) - static_cast<double>(found_[r].halves) / (2 * x)) /
            static_cast<double>(totals_.region_areas[r]);
  if (group && static_cast<double>(group->normals_above) < x) {
    const double inside = x - static_cast<double>(group->normals_above);
    const double each = inside * inside / (2 * static_cast<double>(group->normals_tied) * x);
    for (const RegionCount& region : group->regions)
      area += each * region.pixels / static_cast<double>(totals_.region_areas[region.region]);
  }
  areas_[limit] = area / static_cast<double>(found_.size());
}

std::vector<Metric> ExactAupro::values() {
  const std::string missing = totals_.missing_class("pixel");
  if (!missing.empty()) return std::vector<Metric>(limits_.size(), Metric::none(missing));
  while (next_ < ascending_.size()) close(ascending_[next_++], nullptr);
  std::vector<Metric> values;
  for (double area : areas_) values.push_back(Metric::measured(area));
  return values;
}

Metric aupro_exact(const ScoredPixels& pixels, double limit, int threads) {
  ScoreRanking ranking(pixels, threads);
  ExactAupro area(ranking.totals(), {limit});
  ranking.visit([&](const ScoreGroup& group) { return area.add(group); });
  return area.values()[0];
}

}  // namespace adrep
