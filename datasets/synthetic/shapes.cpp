#include "datasets/synthetic/shapes.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "datasets/synthetic/noise.h"

namespace adrep::synthetic {

double smooth_step(double from, double to, double x) {
  const double t = std::clamp((x - from) / (to - from), 0.0, 1.0);
  return t * t * (3 - 2 * t);
}

cv::Point2d random_place(Random& random, int size, double margin) {
  const double x = random.uniform(margin, 1 - margin), y = random.uniform(margin, 1 - margin);
  return {x * size, y * size};
}

cv::Mat blob_distance(Random& random, int size, const Blob& blob) {
  const auto [centre, radius, roughness] = blob;
  constexpr int harmonics = 6;
  double amplitude[harmonics], phase[harmonics], reach = 1 + 0.1 * roughness;
  for (int k = 0; k < harmonics; ++k) {
    amplitude[k] = roughness * 0.22 * random.normal() / (k + 1);
    phase[k] = random.uniform(0, 2 * std::numbers::pi);
    reach += std::abs(amplitude[k]);
  }
  const double aspect = random.uniform(0.65, 1.0), turn = random.uniform(0, std::numbers::pi);
  const cv::Mat jitter = smooth_noise(random, size, size, std::max(2.0, radius / 4));
  cv::Mat distance(size, size, CV_32F);
  for (int y = 0; y < size; ++y)
    for (int x = 0; x < size; ++x) {
      const double dx = x - centre.x, dy = y - centre.y;
      const double along = std::cos(turn) * dx + std::sin(turn) * dy;
      const double across = (std::cos(turn) * dy - std::sin(turn) * dx) / aspect;
      const double from_centre = std::hypot(along, across);
      if (from_centre > radius * reach) {
        distance.at<float>(y, x) = static_cast<float>(radius * reach - from_centre);
        continue;
      }
      const double angle = std::atan2(across, along);
      double outline = 1;
      for (int k = 0; k < harmonics; ++k) outline += amplitude[k] * std::cos((k + 2) * angle + phase[k]);
      const double ragged = 0.05 * roughness * roughness * radius * std::clamp(jitter.at<float>(y, x), -2.0f, 2.0f);
      distance.at<float>(y, x) = static_cast<float>(radius * std::max(outline, 0.3) - from_centre + ragged);
    }
  const cv::Rect picture(0, 0, size, size);
  const cv::Point middle(cvRound(centre.x), cvRound(centre.y));
  if (picture.contains(middle)) distance.at<float>(middle) = std::max(distance.at<float>(middle), 0.5f);  // never empty
  return distance;
}

cv::Mat stroke_coverage(Random& random, int size, const Stroke& stroke) {
  const auto [middle, angle, length, width, waviness] = stroke;
  cv::Mat covered = cv::Mat::zeros(size, size, CV_32F);
  const double bend = 2 * waviness * random.normal(), wobble = waviness * random.uniform(0.3, 1.0);
  const double phase = random.uniform(0, 2 * std::numbers::pi), periods = random.uniform(0.7, 2.2);
  for (double t = -0.5; t <= 0.5; t += 0.25 / length) {
    const double along = t * length;
    const double aside = 4 * bend * t * t + wobble * std::sin(2 * std::numbers::pi * periods * t + phase);
    const double cx = middle.x + along * std::cos(angle) - aside * std::sin(angle);
    const double cy = middle.y + along * std::sin(angle) + aside * std::cos(angle);
    const double radius = width / 2 * std::sqrt(std::max(0.0, 1 - 4 * t * t));
    const int reach = static_cast<int>(radius) + 2;
    for (int y = std::max(0, int(cy) - reach); y <= std::min(size - 1, int(cy) + reach); ++y)
      for (int x = std::max(0, int(cx) - reach); x <= std::min(size - 1, int(cx) + reach); ++x) {
        const double share = std::clamp(radius + 0.5 - std::hypot(x - cx, y - cy), 0.0, 1.0);
        covered.at<float>(y, x) = std::max(covered.at<float>(y, x), static_cast<float>(share));
      }
  }
  return covered;
}

cv::Mat coverage_of(const cv::Mat& distance, double softness) {
  cv::Mat covered(distance.size(), CV_32F);
  for (int y = 0; y < distance.rows; ++y)
    for (int x = 0; x < distance.cols; ++x)
      covered.at<float>(y, x) = static_cast<float>(smooth_step(0, softness, distance.at<float>(y, x)));
  return covered;
}

}  // namespace adrep::synthetic
