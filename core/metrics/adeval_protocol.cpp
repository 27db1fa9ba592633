#include "core/metrics/adeval_protocol.h"

#include <algorithm>
#include <limits>

#include "core/base/error.h"
#include "core/metrics/curve.h"
#include "core/metrics/even_thresholds.h"
#include "core/metrics/regions.h"
#include "core/metrics/score_groups.h"
#include "core/metrics/validation.h"

namespace adrep {
namespace {

constexpr double kLimit = 0.3;

/// Edges are computed in float, as adeval does.
std::vector<double> bin_edges(std::span<const float> scores, int64_t bins) {
  const auto [lowest, highest] = std::minmax_element(scores.begin(), scores.end());
  const auto range = static_cast<float>(static_cast<double>(*highest) - static_cast<double>(*lowest));
  std::vector<double> edges;
  for (int64_t i = 0; i <= bins; ++i) {
    const auto part = static_cast<float>(i == bins ? 1.0 : static_cast<double>(i) * (1.0 / static_cast<double>(bins)));
    const float above = part * range;
    edges.push_back(above + *lowest);
  }
  return edges;
}

/// Pixels at or above each edge; the first entry counts all.
struct Counts {
  std::vector<double> normals, anomalous, weighted;
};

void sum_from_above(std::vector<double>& counts) {
  for (size_t k = counts.size() - 1; k-- > 0;) counts[k] += counts[k + 1];
}

Counts count(std::span<const float> scores, const Regions& regions, const std::vector<double>& edges) {
  const EvenThresholds places(edges);
  Counts counts{std::vector<double>(edges.size() + 1), std::vector<double>(edges.size() + 1),
                std::vector<double>(edges.size() + 1)};
  int64_t at = 0;
  const auto count_normals = [&](int64_t end) {
    for (; at < end; ++at) ++counts.normals[places.not_above(scores[static_cast<size_t>(at)])];
  };
  for (const PixelRun& run : regions.runs) {
    count_normals(run.begin);
    const auto weight = static_cast<float>(1 / static_cast<double>(regions.areas[run.region]));
    for (; at < run.end; ++at) {
      const size_t place = places.not_above(scores[static_cast<size_t>(at)]);
      ++counts.anomalous[place];
      counts.weighted[place] += static_cast<double>(weight);
    }
  }
  count_normals(std::ssize(scores));
  for (auto* column : {&counts.normals, &counts.anomalous, &counts.weighted}) sum_from_above(*column);
  return counts;
}

/// A rate at every edge, from the highest edge down.
std::vector<double> rates(const std::vector<double>& above) {
  std::vector<double> rates;
  for (size_t edge = above.size(); edge-- > 1;) rates.push_back(above[edge] / above[0]);
  return rates;
}

std::vector<double> precision(const Counts& counts) {
  std::vector<double> precision;
  for (size_t edge = counts.normals.size(); edge-- > 1;) {
    const double called = counts.anomalous[edge] + counts.normals[edge];
    precision.push_back(called > 0 ? counts.anomalous[edge] / called : 1);
  }
  return precision;
}

double whole_area(const Curve& curve) {
  return area_to(curve, std::numeric_limits<double>::infinity());
}

BinnedMetrics metrics(std::span<const float> scores, const Regions& regions, int64_t bins, const std::string& unit) {
  if (bins < 5) throw_input("protocol adeval-{}: it needs at least 5 bins", bins);
  const PixelTotals totals{std::ssize(scores) - regions.pixels(), regions.pixels(), {}};
  std::string missing = totals.missing_class(unit);
  if (missing.empty() && std::equal(scores.begin() + 1, scores.end(), scores.begin())) missing = "all scores are equal";
  if (!missing.empty()) return {Metric::none(missing), Metric::none(missing), Metric::none(missing)};
  const Counts counts = count(scores, regions, bin_edges(scores, bins));
  const std::vector<double> false_positives = rates(counts.normals), recall = rates(counts.anomalous);
  const Metric pro = false_positives.front() > kLimit
                         ? Metric::none("more than 0.3 of the normal pixels share the highest score")
                         : Metric::of(area_to({false_positives, rates(counts.weighted)}, kLimit) / kLimit);
  return {Metric::of(whole_area({false_positives, recall})), Metric::of(whole_area({recall, precision(counts)})), pro};
}

}  // namespace

BinnedMetrics adeval_metrics(const ScoredPixels& pixels, int64_t bins, int threads) {
  check(pixels);
  return metrics(pixels.scores, find_regions(pixels, Connectivity::eight, threads), bins, "pixel");
}

BinnedMetrics adeval_metrics(const ScoredImages& images, int64_t bins) {
  check(images);
  BinnedMetrics of_images =
      metrics(images.scores, find_regions(images.labels, 1, 1, std::ssize(images.labels)), bins, "image");
  of_images.pro = Metric::none("images have no regions");
  return of_images;
}

}  // namespace adrep
