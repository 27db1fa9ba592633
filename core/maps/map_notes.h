#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/maps/mask_facts.h"

namespace adrep {

/// What float32 does to the scores of a map.
struct Rounding {
  bool exact = true;   ///< nothing
  int64_t zeroed = 0;  ///< scores that become 0
};
Rounding rounding_of(std::span<const double> scores);

/// What a reader of numbers should know of one image's map and mask.
struct MapFacts {
  MaskFacts mask;
  bool has_mask = false, shows_defect = false;
  Rounding rounding;
  bool resized = false;          ///< the map
  std::vector<double> stored{};  ///< the scores before they were rounded and resized, where rounding changed any
  double image_score = 0;        ///< before it is rounded
};

/// Facts of all images, and what to say of them.
class MapNotes {
 public:
  MapNotes(const MaskRule& masks, bool float64) : masks_(masks), float64_(float64) {}

  void add(const std::string& name, const MapFacts& facts, int64_t pixels);
  /// How many pixels tie by rounding over all maps: for where their scores were counted together (RoundingTies) and
  /// facts have none. Else ties within each map are counted.
  void tied_over_all(int64_t pixels) { tied_over_all_ = pixels; }
  /// One line each.
  std::vector<std::string> lines() const;

 private:
  MaskNotes masks_;
  bool float64_;
  int64_t pixels_ = 0, tied_ = 0, zeroed_ = 0;
  std::optional<int64_t> tied_over_all_;
  std::vector<double> image_scores_;
};

}  // namespace adrep
