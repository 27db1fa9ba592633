#include "detectors/glass/perlin.h"

#include <cmath>
#include <numbers>

#include "core/base/error.h"
#include "detectors/glass/texture_augmentation.h"

namespace adrep {
namespace {

constexpr double mask_threshold = 0.5;
constexpr int64_t scales = 6;  // 2⁰ … 2⁵ cells
constexpr int most_draws = 1000;

double fade(double t) {
  return t * t * t * (t * (6 * t - 15) + 10);
}

/// Noise of one lattice at pixel coordinates in cells.
class Lattice {
 public:
  explicit Lattice(const at::Tensor& angles)
      : cosines_(angles.to(at::kDouble).cos().contiguous()), sines_(angles.to(at::kDouble).sin().contiguous()) {}

  int64_t rows() const { return cosines_.size(0) - 1; }
  int64_t columns() const { return cosines_.size(1) - 1; }

  double at(double y, double x) const {
    const auto row = static_cast<int64_t>(y), column = static_cast<int64_t>(x);
    const double v = y - static_cast<double>(row), u = x - static_cast<double>(column);
    const auto corner = [&](int64_t down, int64_t right) {
      const int64_t i = (row + down) * cosines_.size(1) + column + right;
      return cosines_.const_data_ptr<double>()[i] * (v - static_cast<double>(down)) +
             sines_.const_data_ptr<double>()[i] * (u - static_cast<double>(right));
    };
    const double left = std::lerp(corner(0, 0), corner(1, 0), fade(v));
    const double right = std::lerp(corner(0, 1), corner(1, 1), fade(v));
    return std::numbers::sqrt2 * std::lerp(left, right, fade(u));
  }

 private:
  at::Tensor cosines_, sines_;
};

at::Tensor random_blobs(int64_t size, Random& random) {
  const int64_t columns = int64_t{1} << random.below(scales), rows = int64_t{1} << random.below(scales);
  at::Tensor angles = at::empty({rows + 1, columns + 1}, at::kDouble);
  double* values = angles.mutable_data_ptr<double>();
  for (int64_t i = 0; i < angles.numel(); ++i) values[i] = random.uniform(0, 2 * std::numbers::pi);
  const double angle = random.uniform(-std::numbers::pi / 2, std::numbers::pi / 2);
  return turned(perlin_noise(angles, size, size).unsqueeze(0), angle)[0].gt(mask_threshold).to(at::kFloat);
}

}  // namespace

at::Tensor perlin_noise(const at::Tensor& angles, int64_t height, int64_t width) {
  ADREP_ASSERT(angles.dim() == 2 && angles.size(0) >= 2 && angles.size(1) >= 2, "angles of no lattice");
  const Lattice lattice(angles);
  const double down = static_cast<double>(lattice.rows()) / static_cast<double>(height);
  const double right = static_cast<double>(lattice.columns()) / static_cast<double>(width);
  at::Tensor noise = at::empty({height, width});
  float* out = noise.mutable_data_ptr<float>();
  for (int64_t y = 0; y < height; ++y)
    for (int64_t x = 0; x < width; ++x)
      *out++ = static_cast<float>(lattice.at(static_cast<double>(y) * down, static_cast<double>(x) * right));
  return noise;
}

at::Tensor perlin_mask(int64_t size, Random& random) {
  const at::Tensor first = random_blobs(size, random), second = random_blobs(size, random);
  const double choice = random.uniform();
  if (choice > 2.0 / 3) return at::maximum(first, second);
  if (choice > 1.0 / 3) return first * second;
  return first;
}

AnomalyMask anomaly_mask(int64_t size, int64_t height, int64_t width, const at::Tensor& foreground, Random& random) {
  const bool restricted = foreground.defined() && foreground.sum().item<double>() > 0;
  for (int draw = 0; draw < most_draws; ++draw) {
    at::Tensor mask = perlin_mask(size, random);
    if (restricted) mask = mask * foreground;
    if (mask.max().item<float>() == 0) continue;
    return {mask, std::get<0>(at::adaptive_max_pool2d(mask.view({1, 1, size, size}), {height, width}))[0][0]};
  }
  // a foreground too small to be hit by chance is anomalous as a whole
  const at::Tensor mask = restricted ? foreground.clone() : at::ones({size, size});
  return {mask, std::get<0>(at::adaptive_max_pool2d(mask.view({1, 1, size, size}), {height, width}))[0][0]};
}

}  // namespace adrep
