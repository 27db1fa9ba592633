#include "core/metrics/published_thresholds.h"

#include <algorithm>
#include <cmath>

#include "core/metrics/score_groups.h"
#include "core/metrics/score_partition.h"

namespace adrep {
namespace {

constexpr float kThresholds = 200;

}  // namespace

std::vector<double> linear_thresholds(std::span<const float> scores) {
  if (scores.empty()) return {};
  const auto [lowest, highest] = std::minmax_element(scores.begin(), scores.end());
  const float minimum = *lowest, range = *highest - minimum, step = range / kThresholds;
  if (!(step > 0) || !std::isfinite(range)) return {};
  const float second = minimum + step, count = std::ceil(range / step);
  const double spacing = static_cast<double>(second) - static_cast<double>(minimum);
  std::vector<double> thresholds(static_cast<size_t>(count));
  for (size_t i = 0; i < thresholds.size(); ++i) thresholds[i] = minimum + static_cast<double>(i) * spacing;
  return thresholds;
}

std::vector<double> bin_edges(std::span<const float> scores, int64_t bins) {
  if (scores.empty()) return {};
  const auto [lowest, highest] = std::minmax_element(scores.begin(), scores.end());
  const auto range = static_cast<float>(static_cast<double>(*highest) - static_cast<double>(*lowest));
  if (*lowest == *highest || !std::isfinite(range)) return {};
  std::vector<double> edges;
  for (int64_t i = 0; i <= bins; ++i) {
    const auto part = static_cast<float>(i == bins ? 1.0 : static_cast<double>(i) * (1.0 / static_cast<double>(bins)));
    const float above = part * range;
    edges.push_back(above + *lowest);
  }
  return edges;
}

std::vector<int64_t> equidistant_ranks(int64_t normals, int64_t ranks) {
  const double last = static_cast<double>(normals - 1), step = last / static_cast<double>(ranks - 1);
  std::vector<int64_t> positions;
  for (int64_t i = 0; i + 1 < ranks; ++i) positions.push_back(static_cast<int64_t>(static_cast<double>(i) * step));
  positions.push_back(normals - 1);
  return positions;
}

std::vector<double> normal_scores_at(const ScoredPixels& pixels, const Regions& regions,
                                     const std::vector<int64_t>& ranks, int threads) {
  const ScorePartition partition = partition_scores(pixels, regions, threads);
  std::vector<double> scores;
  int64_t below = 0;
  for (size_t b = partition.buckets.size(); b-- > 0;) {
    const auto& normals = partition.buckets[b].normals;
    const int64_t above = below + std::ssize(normals);
    if (scores.size() < ranks.size() && ranks[scores.size()] < above) {  // only buckets that hold a rank are sorted
      std::vector<uint32_t> keys(normals.begin(), normals.end());
      std::sort(keys.begin(), keys.end());
      for (; scores.size() < ranks.size() && ranks[scores.size()] < above;)
        scores.push_back(key_to_score(keys[static_cast<size_t>(ranks[scores.size()] - below)]));
    }
    below = above;
  }
  return scores;
}

}  // namespace adrep
