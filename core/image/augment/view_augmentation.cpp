#include "core/image/augment/view_augmentation.h"

#include "core/image/augment/colour_adjust.h"
#include "core/image/augment/gaussian_blur.h"
#include "core/image/augment/hue.h"

namespace adrep {
namespace {

Image jittered(Image image, const ViewAugmentationParams& params, Random& random) {
  const auto factor = [&](double width) { return random.uniform(std::max(0.0, 1 - width), 1 + width); };
  for (const int64_t step : random.sample(4, 4)) {
    switch (step) {
      case 0:
        image = adjust_brightness(image, factor(params.brightness));
        break;
      case 1:
        image = adjust_contrast(image, factor(params.contrast));
        break;
      case 2:
        image = adjust_saturation(image, factor(params.saturation));
        break;
      default:
        image = adjust_hue(image, random.uniform(-params.hue, params.hue));
        break;
    }
  }
  return image;
}

}  // namespace

void ViewAugmentationParams::declare(Schema<ViewAugmentationParams>& s) {
  s.decides(Decides::fit);
  using P = ViewAugmentationParams;
  s.add(&P::jitter_probability, "jitter_probability").at_least(0).at_most(1).doc("how often colours are jittered");
  s.add(&P::brightness, "brightness").at_least(0).doc("brightness factors are uniform in 1 ± this");
  s.add(&P::contrast, "contrast").at_least(0).doc("contrast factors are uniform in 1 ± this");
  s.add(&P::saturation, "saturation").at_least(0).doc("saturation factors are uniform in 1 ± this");
  s.add(&P::hue, "hue").at_least(0).at_most(0.5).doc("hue turns are uniform in ± this part of the colour circle");
  s.add(&P::gray_probability, "gray_probability").at_least(0).at_most(1).doc("how often a view is grey");
  s.add(&P::blur_probability, "blur_probability").at_least(0).at_most(1).doc("how often a view is blurred");
  s.add(&P::blur_smallest, "blur_smallest").at_least(0).at_most(100).doc("smallest blur σ, pixels");
  s.add(&P::blur_largest, "blur_largest").at_least(0).at_most(100).doc("largest blur σ, pixels");
}

Image augmented_view(const Image& image, const ViewAugmentationParams& params, Random& random) {
  Image view = image;
  if (random.uniform() < params.jitter_probability) view = jittered(std::move(view), params, random);
  if (random.uniform() < params.gray_probability) view = in_gray(view);
  if (random.uniform() < params.blur_probability)
    view = gaussian_blur(view, random.uniform(params.blur_smallest, params.blur_largest));
  return view;
}

}  // namespace adrep
