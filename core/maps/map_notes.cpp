#include "core/maps/map_notes.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/base/plural.h"

namespace adrep {
namespace {

/// Scores that come to the same float32 as another that differs.
int64_t tied_by_rounding(std::vector<double> scores) {
  std::sort(scores.begin(), scores.end());
  int64_t tied = 0;
  for (size_t first = 0; first < scores.size();) {
    size_t end = first + 1;
    while (end < scores.size() && static_cast<float>(scores[end]) == static_cast<float>(scores[first])) ++end;
    if (scores[first] != scores[end - 1]) tied += static_cast<int64_t>(end - first);
    first = end;
  }
  return tied;
}

}  // namespace

Rounding rounding_of(std::span<const double> scores) {
  Rounding rounding;
  bool exact = true;
  for (const double score : scores) {
    const auto rounded = static_cast<float>(score);
    exact = exact && static_cast<double>(rounded) == score;
    rounding.zeroed += rounded == 0 && score != 0;
  }
  if (!exact) rounding.tied = tied_by_rounding({scores.begin(), scores.end()});
  return rounding;
}

void MapNotes::add(const std::string& name, const MapFacts& facts, int64_t pixels) {
  if (facts.has_mask) masks_.add(name, facts.mask, facts.shows_defect);
  pixels_ += pixels;
  tied_ += facts.rounding.tied;
  zeroed_ += facts.rounding.zeroed;
  image_scores_.push_back(facts.image_score);
}

std::vector<std::string> MapNotes::lines() const {
  std::vector<std::string> lines = masks_.lines("without a label it counts as normal");
  if (float64_) return lines;
  if (tied_ > 0)
    lines.push_back(
        fmt::format("float32 makes {} of {} pixels tie with another score of their map: scores=float64 "
                    "keeps them apart in exact metrics",
                    tied_, pixels_));
  if (zeroed_ > 0)
    lines.push_back(
        fmt::format("float32 makes {} of {} scores 0 that are not: scores=float64 keeps them", zeroed_, pixels_));
  if (const int64_t images = tied_by_rounding(image_scores_); images > 0)
    lines.push_back(
        fmt::format("float32 makes the scores of {} tie: scores=float64 keeps them apart", counted(images, "image")));
  return lines;
}

}  // namespace adrep
