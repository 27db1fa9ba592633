#include "core/metrics/mvtec_protocol.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/metrics/regions.h"
#include "core/metrics/score_groups.h"
#include "core/metrics/score_partition.h"
#include "core/metrics/validation.h"

namespace adrep {
namespace {

constexpr double kLimit = 0.3;

/// ⌊i (n − 1) / (ranks − 1)⌋ as numpy.linspace rounds it; ascending.
std::vector<int64_t> equidistant_ranks(int64_t normals, int64_t ranks) {
  const double last = static_cast<double>(normals - 1), step = last / static_cast<double>(ranks - 1);
  std::vector<int64_t> positions;
  for (int64_t i = 0; i + 1 < ranks; ++i) positions.push_back(static_cast<int64_t>(static_cast<double>(i) * step));
  positions.push_back(normals - 1);
  return positions;
}

/// Scores of normal pixels at ascending ranks, rank 0 the lowest: only buckets that hold a rank are sorted.
std::vector<float> normal_scores_at(const ScorePartition& partition, const std::vector<int64_t>& ranks) {
  std::vector<float> scores;
  int64_t below = 0;
  for (size_t b = partition.buckets.size(); b-- > 0;) {
    const auto& normals = partition.buckets[b].normals;
    const int64_t above = below + std::ssize(normals);
    if (scores.size() < ranks.size() && ranks[scores.size()] < above) {
      std::vector<uint32_t> keys(normals.begin(), normals.end());
      std::sort(keys.begin(), keys.end());
      for (; scores.size() < ranks.size() && ranks[scores.size()] < above;)
        scores.push_back(key_to_score(keys[static_cast<size_t>(ranks[scores.size()] - below)]));
    }
    below = above;
  }
  return scores;
}

/// Mean over regions of the fraction strictly above each of the ascending thresholds.
std::vector<double> mean_coverage(const ScoredPixels& pixels, const Regions& regions,
                                  const std::vector<float>& thresholds) {
  std::vector<double> coverage(thresholds.size() + 1);
  for (const PixelRun& run : regions.runs) {
    const double share = 1 / static_cast<double>(regions.areas[run.region]);
    for (int64_t p = run.begin; p < run.end; ++p) {
      const auto above = std::lower_bound(thresholds.begin(), thresholds.end(), pixels.scores[static_cast<size_t>(p)]);
      coverage[static_cast<size_t>(above - thresholds.begin())] += share;
    }
  }
  for (size_t k = thresholds.size(); k-- > 0;) coverage[k] += coverage[k + 1];
  coverage.erase(coverage.begin());
  for (double& c : coverage) c /= static_cast<double>(regions.count());
  return coverage;
}

Curve curve_of(const ScoredPixels& pixels, const Regions& regions, int64_t ranks, int threads) {
  const int64_t normals = std::ssize(pixels.scores) - regions.pixels();
  const std::vector<int64_t> positions = equidistant_ranks(normals, ranks);
  const std::vector<float> thresholds = normal_scores_at(partition_scores(pixels, regions, threads), positions);
  const std::vector<double> coverage = mean_coverage(pixels, regions, thresholds);
  Curve curve;
  for (size_t i = positions.size(); i-- > 0;) {
    curve.x.push_back(1 - static_cast<double>(positions[i] + 1) / static_cast<double>(normals));
    curve.y.push_back(coverage[i]);
  }
  curve.x.push_back(1);
  curve.y.push_back(1);
  return curve;
}

}  // namespace

Curve mvtec_pro_curve(const ScoredPixels& pixels, int64_t ranks, int threads) {
  check(pixels);
  return curve_of(pixels, find_regions(pixels, Connectivity::eight, threads), ranks, threads);
}

Metric pro_mvtec(const ScoredPixels& pixels, int64_t ranks, int threads) {
  if (ranks < 2) throw_input("protocol mvtec-{}: it needs at least 2 ranks", ranks);
  check(pixels);
  const Regions regions = find_regions(pixels, Connectivity::eight, threads);
  if (regions.count() == 0) return Metric::none("no anomalous pixel");
  if (regions.pixels() == std::ssize(pixels.scores)) return Metric::none("no normal pixel");
  return Metric::of(area_to(curve_of(pixels, regions, ranks, threads), kLimit) / kLimit);
}

}  // namespace adrep
