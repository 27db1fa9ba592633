#include "core/maps/rounding_ties.h"

#include <algorithm>

namespace adrep {
namespace {

/// Of ascending scores those that come to the same float32 as another that differs.
int64_t tied_among(const std::vector<double>& ascending) {
  int64_t tied = 0;
  for (size_t first = 0; first < ascending.size();) {
    const auto rounded = static_cast<float>(ascending[first]);
    size_t end = first + 1;
    while (end < ascending.size() && static_cast<float>(ascending[end]) == rounded) ++end;
    if (ascending[first] != ascending[end - 1]) tied += static_cast<int64_t>(end - first);
    first = end;
  }
  return tied;
}

/// Those of ascending scores that come to this float32.
std::span<const double> rounded_to(float score, const std::vector<double>& ascending) {
  const auto begin = std::partition_point(ascending.begin(), ascending.end(),
                                          [&](double other) { return static_cast<float>(other) < score; });
  const auto end =
      std::partition_point(begin, ascending.end(), [&](double other) { return static_cast<float>(other) == score; });
  return {begin, end};
}

}  // namespace

int64_t tied_by_rounding(std::vector<double> scores) {
  std::sort(scores.begin(), scores.end());
  return tied_among(scores);
}

void RoundingTies::add(std::span<const double> scores) {
  const std::lock_guard lock(mutex_);
  if (scores_.empty()) scores_.reserve(expected_);
  scores_.insert(scores_.end(), scores.begin(), scores.end());
}

int64_t RoundingTies::count(const std::vector<std::span<const float>>& exact) {
  if (scores_.empty()) return 0;
  std::sort(scores_.begin(), scores_.end());
  int64_t tied = tied_among(scores_);
  std::vector<float> met;  // exact scores that one rounded score comes to
  for (const std::span<const float> map : exact)
    for (const float score : map) {
      const std::span<const double> same = rounded_to(score, scores_);
      if (same.empty() || (same.front() == same.back() && same.front() == static_cast<double>(score))) continue;
      ++tied;
      if (same.front() == same.back()) met.push_back(score);
    }
  std::sort(met.begin(), met.end());
  met.erase(std::unique(met.begin(), met.end()), met.end());
  for (const float score : met) tied += std::ssize(rounded_to(score, scores_));
  return tied;
}

}  // namespace adrep
