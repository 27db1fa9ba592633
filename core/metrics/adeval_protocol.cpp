#include "core/metrics/adeval_protocol.h"

#include <algorithm>
#include <cmath>

#include "core/metrics/pro_protocols.h"
#include "core/metrics/published_thresholds.h"
#include "core/metrics/score_groups.h"
#include "core/metrics/validation.h"

namespace adrep {
namespace {

/// Pixels called anomalous at every edge, from the highest edge down.
struct Called {
  std::vector<double> normals, anomalous;
};

/// The counts behind rates of whole numbers.
std::vector<double> counts(std::vector<double> rates, int64_t all) {
  for (double& rate : rates) rate = std::round(rate * static_cast<double>(all));
  return rates;
}

std::vector<double> rates(std::vector<double> called, int64_t all) {
  for (double& count : called) count /= static_cast<double>(all);
  return called;
}

std::vector<double> precision(const Called& called) {
  std::vector<double> precision;
  for (size_t i = 0; i < called.normals.size(); ++i) {
    const double all = called.anomalous[i] + called.normals[i];
    precision.push_back(all > 0 ? called.anomalous[i] / all : 1);
  }
  return precision;
}

BinnedMetrics metrics(const ScoredPixels& pixels, const Regions& regions, int64_t bins, const std::string& unit) {
  const ProRule rule = adeval_rule(bins);
  const PixelTotals totals{regions.normal_pixels(std::ssize(pixels.scores)), regions.pixels(), {}};
  const std::string missing = totals.missing_class(unit);
  if (!missing.empty()) return {Metric::none(missing), Metric::none(missing), Metric::none(missing)};
  const SampledCurve curve = sample_curve(pixels, regions, rule.curve);
  const Metric pro = area_of(curve, rule.area);
  if (!curve.undefined.empty()) return {pro, pro, pro};
  const std::vector<double> edges(curve.thresholds.rbegin(), curve.thresholds.rend());
  Called called{counts(curve.points.x, totals.normals),
                called_anomalous(pixels.scores, regions, edges, rule.curve.comparison)};
  std::reverse(called.anomalous.begin(), called.anomalous.end());
  const std::vector<double> recall = rates(called.anomalous, totals.anomalous);
  return {Metric::measured(area({curve.points.x, recall})), Metric::measured(area({recall, precision(called)})), pro};
}

}  // namespace

BinnedMetrics adeval_metrics(const ScoredPixels& pixels, int64_t bins, int threads) {
  check(pixels);
  return metrics(pixels, find_regions(pixels, Connectivity::eight, threads), bins, "pixel");
}

BinnedMetrics adeval_metrics(const ScoredImages& images, int64_t bins) {
  check(images);
  const ScoredPixels as_pixels{images.scores, images.labels, 1, 1, std::ssize(images.scores)};
  BinnedMetrics of_images = metrics(as_pixels, find_regions(as_pixels), bins, "image");
  of_images.pro = Metric::none("images have no regions");
  return of_images;
}

}  // namespace adrep
