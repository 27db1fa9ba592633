#pragma once
#include <optional>
#include <string>
#include <vector>

#include "benchmarks/map_evaluation/metrics_settings.h"
#include "core/metrics/score_groups.h"

namespace adrep {

/// Score maps ready to be evaluated: in memory where they are of one size and fit, else sorted through files.
class MapScores {
 public:
  /// Reads every map. Throws what MapPairs::read throws, and InputError where memory= is too small for one image.
  MapScores(const MapPairs& pairs, const MetricsSettings& settings);

  /// All maps, or nothing where they are not in memory; then `why_not_in_memory` ends a sentence with what to do.
  const LoadedMaps* loaded() const { return loaded_ ? &*loaded_ : nullptr; }
  const std::string& why_not_in_memory() const { return why_not_; }

  /// The pixels' scores in descending groups; the same values either way.
  ScoreGroups& groups() { return *groups_; }
  ScoredImages images() const { return {image_scores_, labels_}; }
  /// Of how many images the score was given beside the map.
  int64_t given_image_scores() const { return given_; }

  /// What to say of the maps and masks, one line each.
  const std::vector<std::string>& notes() const { return notes_; }

  /// With scores=float64 the floats here only stand for scores: these turn one into the other. Else they change nothing
  /// but the precision.
  double pixel_score(double stored) const;
  double image_score(double stored) const;
  float stored_pixel_score(double threshold) const;
  float stored_image_score(double threshold) const;

  /// Image by image, from memory or read again.
  void for_each_image(const std::function<void(const ScoredPixels&)>& use) const;

 private:
  void choose_place(const MetricsSettings& settings);
  void load(const MetricsSettings& settings);
  void stream(const MetricsSettings& settings);

  const MapPairs& pairs_;
  std::string why_not_;
  int64_t pixels_ = 0, largest_ = 0;
  std::optional<LoadedMaps> loaded_;
  std::unique_ptr<ScoreGroups> groups_;
  std::vector<float> image_scores_;
  std::vector<uint8_t> labels_;
  int64_t given_ = 0;
  std::vector<std::string> notes_;
};

}  // namespace adrep
