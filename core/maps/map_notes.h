#pragma once
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/maps/mask_facts.h"

namespace adrep {

/// What float32 does to the scores of a map.
struct Rounding {
  int64_t tied = 0;    ///< pixels that come to the same score as another that differed
  int64_t zeroed = 0;  ///< scores that become 0
};
Rounding rounding_of(std::span<const double> scores);

/// What a reader of numbers should know of one image's map and mask.
struct MapFacts {
  MaskFacts mask;
  bool has_mask = false, shows_defect = false;
  Rounding rounding;
  double image_score = 0;  ///< before it is rounded
};

/// Facts of all images, and what to say of them.
class MapNotes {
 public:
  MapNotes(const MaskRule& masks, bool float64) : masks_(masks), float64_(float64) {}

  void add(const std::string& name, const MapFacts& facts, int64_t pixels);
  /// One line each.
  std::vector<std::string> lines() const;

 private:
  MaskNotes masks_;
  bool float64_;
  int64_t pixels_ = 0, tied_ = 0, zeroed_ = 0;
  std::vector<double> image_scores_;
};

}  // namespace adrep
