#pragma once
#include "core/image/image.h"
#include "core/image/preprocess.h"
#include "detectors/pipeline/prediction.h"

namespace adrep {

/// The longer side of an overlay, pixels; larger photographs are made smaller.
inline constexpr int longest_overlay_side = 1600;

/// Scores where the colours of overlays begin and end; lower ones are not coloured, higher ones have the last colour.
struct HeatRange {
  double low = 0, high = 1;
};

/// One range for all images of a model, so that colours compare: from the pixel threshold up, four times as far as the
/// middle half of the good images' scores spreads, which a single strange image does not widen.
HeatRange heat_range(const Calibration& calibration);

/// The photograph (RGB, as the prediction was made of) in grey with its score map in heat colours over it, outlines of
/// the reported regions in turquoise and their boxes in white. What the model did not see is darker. Without a
/// calibration (nullptr) colours go from the map's median to its largest value and do not compare between images.
Image overlay_of(const Image& photograph, const Prediction& prediction, const Geometry& geometry,
                 const Calibration* calibration);

/// One channel of the photograph's size: 255 where it lies in a reported region, else 0. Each region has one pixel at
/// least.
Image mask_of(const Prediction& prediction, const Geometry& geometry, const Calibration& calibration);

}  // namespace adrep
