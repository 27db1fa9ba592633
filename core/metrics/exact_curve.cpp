#include "core/metrics/exact_curve.h"

#include <cmath>

#include "core/metrics/score_ranking.h"

namespace adrep {

Curve exact_pro_curve(const ScoredPixels& pixels, const Regions& regions, int threads, double resolution) {
  ScoreRanking ranking(pixels, regions, threads);
  const PixelTotals& totals = ranking.totals();
  const auto normals = static_cast<double>(totals.normals);
  Curve curve;
  curve.add(0, 0);
  double rate = 0, coverage = 0;  // of the last point that was reached, drawn or not
  const auto reach = [&](double x, double y) {
    const bool far = std::abs(x - curve.x.back()) >= resolution || std::abs(y - curve.y.back()) >= resolution;
    if (far && (rate != curve.x.back() || coverage != curve.y.back())) curve.add(rate, coverage);
    rate = x;
    coverage = y;
  };
  ranking.visit([&](const ScoreGroup& group) {
    reach(static_cast<double>(group.normals_above) / normals, coverage);
    double found = 0;
    for (const RegionCount& region : group.regions)
      found += region.pixels / static_cast<double>(totals.region_areas[region.region]);
    reach(static_cast<double>(group.normals_above + group.normals_tied) / normals,
          coverage + found / static_cast<double>(totals.region_areas.size()));
    return true;
  });
  reach(1, 1);
  curve.add(rate, coverage);
  return curve;
}

}  // namespace adrep
