#pragma once
#include <cstdint>
#include <span>
#include <string>

namespace adrep {

/// A metric's value, or why it is not defined on these data. Never NaN.
struct Metric {
  double value = 0;
  std::string undefined;  ///< the reason; "" when defined

  bool defined() const { return undefined.empty(); }
  static Metric measured(double value) { return {value, ""}; }
  static Metric none(std::string reason) { return {0, std::move(reason)}; }
};

/// A mask's value for a pixel that is in no metric: padding around an image, not a part of it.
inline constexpr uint8_t outside_pixel = 2;

/// Score maps of a set of images with their ground truth, each [images, height, width] row by row.
/// scores are finite; masks are 0 (normal), 1 (anomalous) or outside_pixel.
struct ScoredPixels {
  std::span<const float> scores;
  std::span<const uint8_t> masks;
  int64_t images = 0, height = 0, width = 0;
};

/// Image scores with labels, 1 = anomalous.
struct ScoredImages {
  std::span<const float> scores;
  std::span<const uint8_t> labels;
};

}  // namespace adrep
