#include "core/metrics/pixel_metrics.h"

#include "core/metrics/aupro.h"
#include "core/metrics/average_precision.h"
#include "core/metrics/roc.h"
#include "core/metrics/score_ranking.h"

namespace adrep {

PixelMetrics exact_pixel_metrics(ScoreGroups& groups, const std::vector<double>& limits) {
  Auroc auroc(groups.totals());
  AveragePrecision precision(groups.totals());
  BestF1 f1(groups.totals());
  ExactAupro aupro(groups.totals(), limits);
  groups.visit([&](const ScoreGroup& group) {
    auroc.add(group);
    precision.add(group);
    f1.add(group);
    aupro.add(group);
    return true;
  });
  return {auroc.value(), precision.value(), f1.value(), f1.threshold(), f1.largest_iou(), aupro.values()};
}

PixelMetrics exact_pixel_metrics(const ScoredPixels& pixels, const std::vector<double>& limits, int threads) {
  ScoreRanking ranking(pixels, threads);
  return exact_pixel_metrics(ranking, limits);
}

ImageMetrics exact_image_metrics(const ScoredImages& images) {
  ScoreRanking ranking(images);
  Auroc auroc(ranking.totals(), "image");
  AveragePrecision precision(ranking.totals(), "image");
  BestF1 f1(ranking.totals(), "image");
  ranking.visit([&](const ScoreGroup& group) {
    auroc.add(group);
    precision.add(group);
    f1.add(group);
    return true;
  });
  return {auroc.value(), precision.value(), f1.value(), f1.threshold()};
}

}  // namespace adrep
