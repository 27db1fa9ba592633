#include "core/maps/map_notes.h"

#include "core/base/error.h"
#include "core/base/plural.h"
#include "core/maps/rounding_ties.h"

namespace adrep {

Rounding rounding_of(std::span<const double> scores) {
  Rounding rounding;
  for (const double score : scores) {
    const auto rounded = static_cast<float>(score);
    rounding.exact = rounding.exact && static_cast<double>(rounded) == score;
    rounding.zeroed += rounded == 0 && score != 0;
  }
  return rounding;
}

void MapNotes::add(const std::string& name, const MapFacts& facts, int64_t pixels) {
  if (facts.has_mask) masks_.add(name, facts.mask, facts.shows_defect);
  pixels_ += pixels;
  tied_ += tied_by_rounding(facts.stored);
  zeroed_ += facts.rounding.zeroed;
  image_scores_.push_back(facts.image_score);
}

std::vector<std::string> MapNotes::lines() const {
  std::vector<std::string> lines = masks_.lines("without a label it counts as normal");
  if (float64_) return lines;
  if (const int64_t tied = tied_over_all_.value_or(tied_); tied > 0)
    lines.push_back(fmt::format(
        "float32 makes {}{} of {} pixels tie with another score{}: scores=float64 keeps them apart in exact metrics",
        tied_over_all_ ? "" : "at least ", tied, pixels_, tied_over_all_ ? "" : " of their map"));
  if (zeroed_ > 0)
    lines.push_back(
        fmt::format("float32 makes {} of {} scores 0 that are not: scores=float64 keeps them", zeroed_, pixels_));
  if (const int64_t images = tied_by_rounding(image_scores_); images > 0)
    lines.push_back(
        fmt::format("float32 makes the scores of {} tie: scores=float64 keeps them apart", counted(images, "image")));
  return lines;
}

}  // namespace adrep
