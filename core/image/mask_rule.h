#pragma once
#include <cstdint>

#include "core/image/bicubic.h"
#include "core/image/image.h"

namespace adrep {

/// Raised when the same mask file gives other anomalous pixels by the same rule, so that old results are not reused.
inline constexpr int mask_version = 2;

/// How a mask is brought to another size. nearest: the value at the centre of each new pixel; any: anomalous where a
/// new pixel covers an anomalous one, even in part; area: anomalous where at least half of what it covers is.
enum class MaskResize { nearest, any, area };

/// Which pixels of a mask are anomalous, and how it is resized: one rule for all that read masks.
struct MaskRule {
  double threshold = 0;  ///< 0: any value but 0 is anomalous; else those above it
  MaskResize resize = MaskResize::nearest;

  bool marks(double value) const { return threshold == 0 ? value != 0 : value > threshold; }
  bool operator==(const MaskRule&) const = default;
};

/// A sample of a mask of 8 to 16 bits on the scale of 8, its largest value as 255, rounded up: only 0 is 0, and a whole
/// threshold divides the samples as it would without rounding.
constexpr uint8_t mask_value(int sample, int bits) {
  const int largest = (1 << bits) - 1;
  return static_cast<uint8_t>((sample * 255 + largest - 1) / largest);
}

/// 1 where the rule takes the decoded mask (decode_mask, one channel of 0 … 255) for anomalous, else 0.
Image marked(const Image& mask, const MaskRule& rule);

/// A mask of 0 and 1 at the size width × height, what lies inside `window` of it; `resize` is any or area. Counted in
/// whole numbers, so exact.
Image resize_covering(const Image& mask, int width, int height, const Window& window, MaskResize resize);

}  // namespace adrep
