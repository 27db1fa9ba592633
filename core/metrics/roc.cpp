#include "core/metrics/roc.h"

#include "core/base/error.h"
#include "core/metrics/score_ranking.h"

namespace adrep {

void Auroc::add(const ScoreGroup& group) {
  lost_halves_ +=
      static_cast<uint64_t>(group.anomalous) * static_cast<uint64_t>(2 * group.normals_above + group.normals_tied);
}

Metric Auroc::value() const {
  if (const std::string missing = totals_.missing_class(unit_); !missing.empty()) return Metric::none(missing);
  const uint64_t halves = 2 * static_cast<uint64_t>(totals_.anomalous) * static_cast<uint64_t>(totals_.normals);
  return Metric::measured(static_cast<double>(halves - lost_halves_) / static_cast<double>(halves));
}

RecallAtFpr::RecallAtFpr(const PixelTotals& totals, double false_positive_rate, std::string unit)
    : totals_(totals), false_positive_rate_(false_positive_rate), unit_(std::move(unit)) {
  if (!(false_positive_rate >= 0 && false_positive_rate <= 1))
    throw_input("recall at a false-positive rate of {}: it must be from 0 to 1", false_positive_rate);
}

bool RecallAtFpr::add(const ScoreGroup& group) {
  const auto false_positives = static_cast<double>(group.normals_above + group.normals_tied);
  if (false_positives / static_cast<double>(totals_.normals) > false_positive_rate_) return false;
  found_ += group.anomalous;
  return true;
}

Metric RecallAtFpr::value() const {
  if (const std::string missing = totals_.missing_class(unit_); !missing.empty()) return Metric::none(missing);
  return Metric::measured(static_cast<double>(found_) / static_cast<double>(totals_.anomalous));
}

namespace {

Metric area(ScoreGroups& groups, const std::string& unit) {
  Auroc area(groups.totals(), unit);
  groups.visit([&](const ScoreGroup& group) {
    area.add(group);
    return true;
  });
  return area.value();
}

Metric recall(ScoreGroups& groups, double false_positive_rate, const std::string& unit) {
  RecallAtFpr recall(groups.totals(), false_positive_rate, unit);
  groups.visit([&](const ScoreGroup& group) { return recall.add(group); });
  return recall.value();
}

}  // namespace

Metric auroc(const ScoredImages& images) {
  ScoreRanking ranking(images);
  return area(ranking, "image");
}

Metric pixel_auroc(const ScoredPixels& pixels, int threads) {
  ScoreRanking ranking(pixels, threads);
  return area(ranking, "pixel");
}

Metric recall_at_fpr(const ScoredImages& images, double false_positive_rate) {
  ScoreRanking ranking(images);
  return recall(ranking, false_positive_rate, "image");
}

Metric fpr_at_recall(const ScoredImages& images, double recall) {
  if (!(recall > 0 && recall <= 1)) throw_input("a recall of {}: it must be above 0 and at most 1", recall);
  ScoreRanking ranking(images);
  const PixelTotals& totals = ranking.totals();
  if (const std::string missing = totals.missing_class("image"); !missing.empty()) return Metric::none(missing);
  int64_t found = 0, called = 0;
  ranking.visit([&](const ScoreGroup& group) {
    found += group.anomalous;
    called = group.normals_above + group.normals_tied;
    return static_cast<double>(found) < recall * static_cast<double>(totals.anomalous);
  });
  return Metric::measured(static_cast<double>(called) / static_cast<double>(totals.normals));
}

Metric pixel_recall_at_fpr(const ScoredPixels& pixels, double false_positive_rate, int threads) {
  ScoreRanking ranking(pixels, threads);
  return recall(ranking, false_positive_rate, "pixel");
}

}  // namespace adrep
