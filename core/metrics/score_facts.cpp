#include "core/metrics/score_facts.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "core/base/parallel.h"

namespace adrep {
namespace {

constexpr int64_t kTiny = 25;
constexpr double kBulk = 0.999;

/// Calls visit(value, first, end) for every distinct value of sorted scores; [first, end) are its places.
template <class Visit>
void for_each_tie(const std::vector<float>& sorted, Visit&& visit) {
  for (size_t first = 0; first < sorted.size();) {
    size_t end = first + 1;
    while (end < sorted.size() && sorted[end] == sorted[first]) ++end;
    visit(sorted[first], first, end);
    first = end;
  }
}

void describe_images(ScoreFacts& facts, const Scored& scored, const Regions& regions) {
  const std::span<const uint8_t> labels = scored.images.labels;
  facts.images = std::ssize(labels);
  facts.anomalous_images = std::count_if(labels.begin(), labels.end(), [](uint8_t label) { return label != 0; });
  if (facts.images != scored.pixels.images) return;  // some images have no mask: they cannot be matched
  std::vector<uint8_t> has_region(labels.size());
  for (int32_t image : regions.images) has_region[static_cast<size_t>(image)] = 1;
  for (size_t i = 0; i < labels.size(); ++i) facts.anomalous_without_pixels += labels[i] != 0 && has_region[i] == 0;
}

void describe_regions(ScoreFacts& facts, const Regions& regions) {
  facts.regions = regions.count();
  if (facts.regions == 0) return;
  std::vector<int64_t> areas = regions.areas;
  std::sort(areas.begin(), areas.end());
  facts.smallest_region = areas.front();
  facts.median_region = areas[areas.size() / 2];
  facts.largest_region = areas.back();
  facts.tiny_regions = std::lower_bound(areas.begin(), areas.end(), kTiny) - areas.begin();
}

void describe_scores(ScoreFacts& facts, std::vector<float> scores) {
  std::sort(scores.begin(), scores.end());
  for_each_tie(scores, [&](float score, size_t first, size_t end) {
    ++facts.distinct;
    if (const auto tied = static_cast<int64_t>(end - first); tied > facts.largest_tie) {
      facts.largest_tie = tied;
      facts.tied_score = score;
    }
  });
  facts.lowest = scores.front();
  facts.highest = scores.back();
  const float bulk = scores[static_cast<size_t>(kBulk * static_cast<double>(scores.size() - 1))];
  const double range = static_cast<double>(facts.highest) - facts.lowest;
  if (range > 0) facts.above_bulk = (static_cast<double>(facts.highest) - bulk) / range;
}

void describe_limit(ScoreFacts& facts, const ScoredPixels& pixels, double limit) {
  std::vector<float> normals;
  for (size_t p = 0; p < pixels.scores.size(); ++p)
    if (pixels.masks[p] == 0) normals.push_back(pixels.scores[p]);
  facts.normal_pixels = std::ssize(normals);
  if (normals.empty()) return;
  const auto place =
      std::max<int64_t>(0, static_cast<int64_t>(std::ceil(limit * static_cast<double>(normals.size()))) - 1);
  std::nth_element(normals.begin(), normals.begin() + place, normals.end(), std::greater<>());
  facts.score_at_limit = normals[static_cast<size_t>(place)];
  const double range = static_cast<double>(facts.highest) - facts.lowest;
  if (range > 0) facts.above_limit = (static_cast<double>(facts.highest) - facts.score_at_limit) / range;
}

void count_histogram(ScoreFacts& facts, const ScoredPixels& pixels) {
  facts.normal_histogram.resize(histogram_bins);
  facts.anomalous_histogram.resize(histogram_bins);
  const double range = static_cast<double>(facts.highest) - facts.lowest;
  for (size_t p = 0; p < pixels.scores.size(); ++p) {
    const double place = range > 0 ? (pixels.scores[p] - static_cast<double>(facts.lowest)) / range : 0;
    const int64_t bin = std::min(histogram_bins - 1, static_cast<int64_t>(place * histogram_bins));
    ++(pixels.masks[p] != 0 ? facts.anomalous_histogram : facts.normal_histogram)[static_cast<size_t>(bin)];
  }
}

}  // namespace

ScoreFacts facts_of(const Scored& scored, const Regions& regions, const Regions& four_connected, double limit) {
  ScoreFacts facts;
  facts.pixels = std::ssize(scored.pixels.scores);
  facts.regions_four = four_connected.count();
  describe_images(facts, scored, regions);
  describe_regions(facts, regions);
  if (facts.pixels == 0) return facts;
  describe_scores(facts, {scored.pixels.scores.begin(), scored.pixels.scores.end()});
  describe_limit(facts, scored.pixels, limit);
  count_histogram(facts, scored.pixels);
  return facts;
}

std::vector<float> ranks_of(std::span<const float> scores, int threads) {
  std::vector<float> sorted(scores.begin(), scores.end()), distinct, below;
  std::sort(sorted.begin(), sorted.end());
  for_each_tie(sorted, [&](float score, size_t first, size_t) {
    distinct.push_back(score);
    below.push_back(static_cast<float>(first));
  });
  std::vector<float> ranks(scores.size());
  constexpr size_t kPart = 1 << 16;
  for_each_index((scores.size() + kPart - 1) / kPart, threads, [&](size_t part) {
    for (size_t p = part * kPart; p < std::min(scores.size(), (part + 1) * kPart); ++p)
      ranks[p] =
          below[static_cast<size_t>(std::lower_bound(distinct.begin(), distinct.end(), scores[p]) - distinct.begin())];
  });
  return ranks;
}

}  // namespace adrep
