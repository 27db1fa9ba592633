#include "detectors/glass/texture_augmentation.h"

#include <array>
#include <cmath>
#include <numbers>

namespace adrep {
namespace {

/// Luma [S, S].
at::Tensor grey(const at::Tensor& image) {
  return image[0] * 0.299 + image[1] * 0.587 + image[2] * 0.114;
}

at::Tensor blended(const at::Tensor& image, const at::Tensor& with, double factor) {
  return (image * factor + with * (1 - factor)).clamp(0, 1);
}

at::Tensor stretched(const at::Tensor& image) {
  const at::Tensor low = image.amin({1, 2}, /*keepdim=*/true), high = image.amax({1, 2}, /*keepdim=*/true);
  return at::where(high > low, (image - low) / (high - low).clamp_min(1e-6), image);
}

at::Tensor applied(int64_t augmentation, const at::Tensor& image, Random& random) {
  switch (augmentation) {
    case 0:
      return blended(image, grey(image).mean(), random.uniform(0.8, 1.2));
    case 1:
      return (image * random.uniform(0.8, 1.2)).clamp(0, 1);
    case 2: {
      const double saturation = random.uniform(0.8, 1.2);
      return recoloured(image, saturation, random.uniform(-0.2, 0.2));
    }
    case 3:
      return image.flip({2});
    case 4:
      return image.flip({1});
    case 5:
      return grey(image).expand_as(image).contiguous();
    case 6:
      return stretched(image);
    case 7:
      return equalised(image);
    default:
      return turned(image, random.uniform(-std::numbers::pi / 4, std::numbers::pi / 4));
  }
}

}  // namespace

at::Tensor augmented_texture(const at::Tensor& texture, Random& random) {
  at::Tensor image = texture;
  for (const int64_t augmentation : random.sample(9, 3)) image = applied(augmentation, image, random);
  return image;
}

at::Tensor turned(const at::Tensor& image, double angle) {
  const auto c = static_cast<float>(std::cos(angle)), s = static_cast<float>(std::sin(angle));
  const at::Tensor matrix = at::tensor({c, -s, 0.0F, s, c, 0.0F}).view({1, 2, 3});
  const at::Tensor grid =
      at::affine_grid_generator(matrix, {1, image.size(0), image.size(1), image.size(2)}, /*align_corners=*/false);
  return at::grid_sampler_2d(image.unsqueeze(0), grid, /*bilinear*/ 0, /*zeros*/ 0, /*align_corners=*/false)[0];
}

at::Tensor equalised(const at::Tensor& image) {
  at::Tensor result = at::empty_like(image);
  const at::Tensor levels = (image * 255).round().to(at::kLong).contiguous();
  for (int64_t c = 0; c < image.size(0); ++c) {
    const int64_t* values = levels[c].const_data_ptr<int64_t>();
    const int64_t pixels = levels[c].numel();
    std::array<int64_t, 256> histogram{};
    for (int64_t i = 0; i < pixels; ++i) ++histogram[static_cast<size_t>(values[i])];
    int64_t last = 0;
    for (const int64_t count : histogram)
      if (count > 0) last = count;
    const int64_t step = (pixels - last) / 255;
    std::array<float, 256> table{};
    int64_t below = step / 2;
    for (size_t level = 0; level < 256; ++level) {
      const int64_t mapped = step > 0 ? std::min<int64_t>(255, below / step) : static_cast<int64_t>(level);
      table[level] = static_cast<float>(mapped) / 255.0F;
      below += histogram[level];
    }
    float* out = result[c].mutable_data_ptr<float>();
    for (int64_t i = 0; i < pixels; ++i) out[i] = table[static_cast<size_t>(values[i])];
  }
  return result;
}

at::Tensor recoloured(const at::Tensor& image, double saturation, double hue) {
  // a turn about the grey axis of YIQ: luma is kept, hue and saturation change
  const double angle = 2 * std::numbers::pi * hue;
  const double c = saturation * std::cos(angle), s = saturation * std::sin(angle);
  const at::Tensor to_yiq =
      at::tensor({0.299, 0.587, 0.114, 0.596, -0.274, -0.322, 0.211, -0.523, 0.312}, at::kDouble).view({3, 3});
  const at::Tensor turn = at::tensor({1.0, 0.0, 0.0, 0.0, c, -s, 0.0, s, c}, at::kDouble).view({3, 3});
  const at::Tensor matrix = at::linalg_inv(to_yiq).mm(turn).mm(to_yiq).to(at::kFloat);
  return matrix.mm(image.flatten(1)).view(image.sizes()).clamp(0, 1);
}

}  // namespace adrep
