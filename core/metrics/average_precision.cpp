#include "core/metrics/average_precision.h"

#include "core/metrics/score_ranking.h"

namespace adrep {

void AveragePrecision::add(const ScoreGroup& group) {
  found_ += group.anomalous;
  const int64_t called = found_ + group.normals_above + group.normals_tied;
  sum_ += static_cast<double>(group.anomalous) * static_cast<double>(found_) / static_cast<double>(called);
}

Metric AveragePrecision::value() const {
  if (const std::string missing = totals_.missing_class(unit_); !missing.empty()) return Metric::none(missing);
  return Metric::measured(sum_ / static_cast<double>(totals_.anomalous));
}

// F1 = 2·found / (called + anomalous). Fractions are compared by cross products: equal ones are equal.
void BestF1::add(const ScoreGroup& group) {
  found_ += group.anomalous;
  const int64_t called = found_ + group.normals_above + group.normals_tied;
  const auto product = [](int64_t a, int64_t b) { return static_cast<uint64_t>(a) * static_cast<uint64_t>(b); };
  if (product(found_, best_called_ + totals_.anomalous) <= product(best_found_, called + totals_.anomalous)) return;
  best_found_ = found_;
  best_called_ = called;
  best_threshold_ = group.score;
}

Metric BestF1::value() const {
  if (const std::string missing = totals_.missing_class(unit_); !missing.empty()) return Metric::none(missing);
  return Metric::measured(2 * static_cast<double>(best_found_) / static_cast<double>(best_called_ + totals_.anomalous));
}

Metric BestF1::threshold() const {
  const Metric f1 = value();
  return f1.defined() ? Metric::measured(best_threshold_) : f1;
}

Metric BestF1::largest_iou() const {
  const Metric f1 = value();
  if (!f1.defined()) return f1;
  return Metric::measured(static_cast<double>(best_found_) /
                          static_cast<double>(best_called_ + totals_.anomalous - best_found_));
}

namespace {

template <class Sum>
Metric walk(ScoreGroups& groups, const std::string& unit) {
  Sum sum(groups.totals(), unit);
  groups.visit([&](const ScoreGroup& group) {
    sum.add(group);
    return true;
  });
  return sum.value();
}

template <class Sum>
Metric of_images(const ScoredImages& images) {
  ScoreRanking ranking(images);
  return walk<Sum>(ranking, "image");
}

template <class Sum>
Metric of_pixels(const ScoredPixels& pixels, int threads) {
  ScoreRanking ranking(pixels, threads);
  return walk<Sum>(ranking, "pixel");
}

}  // namespace

Metric average_precision(const ScoredImages& images) {
  return of_images<AveragePrecision>(images);
}
Metric best_f1(const ScoredImages& images) {
  return of_images<BestF1>(images);
}
Metric pixel_average_precision(const ScoredPixels& pixels, int threads) {
  return of_pixels<AveragePrecision>(pixels, threads);
}
Metric pixel_best_f1(const ScoredPixels& pixels, int threads) {
  return of_pixels<BestF1>(pixels, threads);
}

}  // namespace adrep
