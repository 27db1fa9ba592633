#pragma once
#include <cstdint>
#include <span>

namespace adrep {

/// A threshold that was chosen on labelled images, with what it does on these same images. On others it does worse in
/// the mean: it is the best of many, chosen where it is measured.
struct LabelledThreshold {
  double threshold = 0;  ///< an image is called defective when its score is above it
  double f1 = 0;
  double recall = 0;            ///< share of the defective images called so
  double false_alarm_rate = 0;  ///< share of the good images called defective
};

/// Both choose among thresholds halfway between neighbouring scores that differ, and one below the lowest. Each is a
/// float32 number where the scores are, so that comparing in float32 calls the same images defective.
///
/// scores: within the range of float32; labels: 1 = defective, one a score. They throw InputError for sizes that
/// differ, NaN, infinite or larger scores, and no defective or no good image.

/// The one of the largest F1; of several the one with the fewest false alarms.
LabelledThreshold best_f1_threshold(std::span<const double> scores, std::span<const uint8_t> labels);

/// The one with the fewest false alarms of those that find at least this share of the defective images; of several the
/// one that finds most of them. InputError unless 0 < recall <= 1.
LabelledThreshold recall_threshold(std::span<const double> scores, std::span<const uint8_t> labels, double recall);

}  // namespace adrep
