#include "datasets/synthetic/camera.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "datasets/synthetic/noise.h"

namespace adrep::synthetic {
namespace {

/// Light of every surface point: diffuse part by Lambert's law, 1 where flat; mirror-like part as a Gaussian lobe of
/// the slope around the one that mirrors the light, which moves over the picture as with a near lamp.
cv::Mat shaded(const Surface& surface, const Camera& camera) {
  const int size = surface.size();
  const double light_z = std::sqrt(1 - camera.light_x * camera.light_x - camera.light_y * camera.light_y);
  constexpr double glint_change = 0.5;  // of the mirroring slope, from one border to the other
  cv::Mat lit(size, size, CV_32FC3);
  for (int y = 0; y < size; ++y) {
    const float* above = surface.height.ptr<float>(std::max(y - 1, 0));
    const float* here = surface.height.ptr<float>(y);
    const float* below = surface.height.ptr<float>(std::min(y + 1, size - 1));
    for (int x = 0; x < size; ++x) {
      const double slope_x = (here[std::min(x + 1, size - 1)] - here[std::max(x - 1, 0)]) / 2;
      const double slope_y = (below[x] - above[x]) / 2;
      const double facing = (light_z - camera.light_x * slope_x - camera.light_y * slope_y) /
                            (light_z * std::sqrt(1 + slope_x * slope_x + slope_y * slope_y));
      float mirrored = surface.gloss.at<float>(y, x);
      if (mirrored > 0) {
        const double off_x = (slope_x - camera.glint_x - glint_change * (double(x) / size - 0.5)) / surface.lobe_x;
        const double off_y = (slope_y - camera.glint_y - glint_change * (double(y) / size - 0.5)) / surface.lobe_y;
        mirrored *= std::exp(static_cast<float>(-(off_x * off_x + off_y * off_y) / 2));
      }
      const auto diffuse = static_cast<float>(std::max(0.0, facing));
      const float arriving = surface.shade.at<float>(y, x);
      lit.at<cv::Vec3f>(y, x) = arriving * (diffuse * surface.colour.at<cv::Vec3f>(y, x) + cv::Vec3f::all(mirrored));
    }
  }
  return lit;
}

double brightness(const Camera& camera, double x, double y) {
  return camera.gain * (1 + camera.slope_x * x + camera.slope_y * y - camera.vignetting * (x * x + y * y));
}

/// Shot noise grows with the root of the brightness; a part of it is common to the three channels.
cv::Vec3f with_grain(const cv::Vec3f& colour, double grain, float common, const float own[3]) {
  cv::Vec3f noisy;
  for (int c = 0; c < 3; ++c) {
    const double level = std::clamp(double(colour[c]), 0.0, 1.0);
    noisy[c] = static_cast<float>(level + grain * std::sqrt(0.25 + 1.5 * level) * (0.8 * common + 0.6 * own[c]));
  }
  return noisy;
}

}  // namespace

Surface::Surface(int size, const cv::Vec3f& rgb)
    : colour(size, size, CV_32FC3, cv::Scalar(rgb[0], rgb[1], rgb[2])),
      height(cv::Mat::zeros(size, size, CV_32F)),
      gloss(cv::Mat::zeros(size, size, CV_32F)),
      shade(cv::Mat::ones(size, size, CV_32F)) {}

Camera Camera::draw(Random& random) {
  Camera camera;
  const double direction = random.uniform(-2.6, -1.8);  // from the upper left
  const double tilt = random.uniform(0.5, 0.62);
  camera.light_x = tilt * std::cos(direction);
  camera.light_y = tilt * std::sin(direction);
  camera.glint_x = random.uniform(-0.2, 0.2);
  camera.glint_y = random.uniform(-0.2, 0.2);
  camera.gain = random.uniform(0.9, 1.1);
  camera.slope_x = random.uniform(-0.12, 0.12);
  camera.slope_y = random.uniform(-0.12, 0.12);
  camera.vignetting = random.uniform(0.02, 0.1);
  for (int c = 0; c < 3; ++c) camera.balance[c] = static_cast<float>(random.uniform(0.985, 1.015));
  camera.blur = random.uniform(0.5, 0.85);
  camera.grain = random.uniform(0.006, 0.011);
  return camera;
}

Image photograph(const Surface& surface, const Camera& camera, Random random) {
  const int size = surface.size();
  cv::Mat lit = shaded(surface, camera);
  cv::GaussianBlur(lit, lit, cv::Size(7, 7), camera.blur, camera.blur, cv::BORDER_REFLECT);
  const cv::Mat common = white_noise(random, size, size), own = white_noise(random, size, 3 * size);
  Image image(size, size, 3);
  for (int y = 0; y < size; ++y)
    for (int x = 0; x < size; ++x) {
      const auto light = static_cast<float>(brightness(camera, 2.0 * x / size - 1, 2.0 * y / size - 1));
      const cv::Vec3f colour = (light * lit.at<cv::Vec3f>(y, x)).mul(camera.balance);
      const cv::Vec3f noisy = with_grain(colour, camera.grain, common.at<float>(y, x), own.ptr<float>(y) + 3 * x);
      for (int c = 0; c < 3; ++c) image.at(y, x)[c] = cv::saturate_cast<uint8_t>(255 * noisy[c]);
    }
  return image;
}

}  // namespace adrep::synthetic
