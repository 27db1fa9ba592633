#pragma once
#include "core/base/random.h"
#include "core/base/schema.h"
#include "core/image/image.h"

namespace adrep {

/// The random changes that make a view of an image in pretraining (protocol §6). Defaults: the published code.
struct ViewAugmentationParams {
  double jitter_probability = 0.8;
  double brightness = 0.4;
  double contrast = 0.4;
  double saturation = 0.4;
  double hue = 0.1;
  double gray_probability = 0.2;
  double blur_probability = 0.5;
  double blur_smallest = 0.1;
  double blur_largest = 2;

  static void declare(Schema<ViewAugmentationParams>& s);
};

/// Colour jitter (brightness, contrast, saturation and hue in random order), then grey, then Gaussian blur, each with
/// its probability, 8 bit between the steps. Geometry is untouched, so positions of two views correspond.
/// RGB -> RGB of the same size. The generator's state alone decides what happens.
Image augmented_view(const Image& image, const ViewAugmentationParams& params, Random& random);

}  // namespace adrep
