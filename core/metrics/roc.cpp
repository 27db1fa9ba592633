#include "core/metrics/roc.h"

#include "core/metrics/score_ranking.h"

namespace adrep {

void Auroc::add(const ScoreGroup& group) {
  lost_halves_ +=
      static_cast<uint64_t>(group.anomalous) * static_cast<uint64_t>(2 * group.normals_above + group.normals_tied);
}

Metric Auroc::value() const {
  if (const std::string missing = totals_.missing_class(unit_); !missing.empty()) return Metric::none(missing);
  const uint64_t halves = 2 * static_cast<uint64_t>(totals_.anomalous) * static_cast<uint64_t>(totals_.normals);
  return Metric::of(static_cast<double>(halves - lost_halves_) / static_cast<double>(halves));
}

namespace {

Metric walk(ScoreGroups& groups, const std::string& unit) {
  Auroc area(groups.totals(), unit);
  groups.visit([&](const ScoreGroup& group) {
    area.add(group);
    return true;
  });
  return area.value();
}

}  // namespace

Metric auroc(const ScoredImages& images) {
  ScoreRanking ranking(images);
  return walk(ranking, "image");
}

Metric pixel_auroc(const ScoredPixels& pixels, int threads) {
  ScoreRanking ranking(pixels, threads);
  return walk(ranking, "pixel");
}

}  // namespace adrep
