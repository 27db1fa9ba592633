#include "datasets/synthetic/noise.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>

namespace adrep::synthetic {
namespace {

/// Standard deviation of white noise after a Gaussian blur of one axis.
double deviation_after_blur(double sigma) {
  return sigma > 0.3 ? 1 / std::sqrt(2 * sigma * std::sqrt(std::numbers::pi)) : 1.0;
}

int kernel_side(double sigma) {
  return sigma > 0.3 ? 2 * static_cast<int>(std::ceil(3 * sigma)) + 1 : 1;
}

}  // namespace

cv::Mat white_noise(Random& random, int rows, int cols) {
  // The sum of four 16-bit uniform numbers is near enough to normal here and far quicker than Box–Muller.
  constexpr float mean = 2 * 65535.0f;
  const float scale = 1 / (65536.0f * std::sqrt(4.0f / 12.0f));
  cv::Mat noise(rows, cols, CV_32F);
  for (int y = 0; y < rows; ++y)
    for (int x = 0; x < cols; ++x) {
      const uint64_t bits = random.next();
      const auto sum = (bits & 0xffff) + ((bits >> 16) & 0xffff) + ((bits >> 32) & 0xffff) + (bits >> 48);
      noise.at<float>(y, x) = (static_cast<float>(sum) - mean) * scale;
    }
  return noise;
}

cv::Mat smooth_noise(Random& random, int rows, int cols, double scale) {
  const int step = std::max(1, static_cast<int>(std::lround(scale)));
  const cv::Mat coarse = white_noise(random, rows / step + 4, cols / step + 4);
  cv::Mat fine;
  cv::resize(coarse, fine, {}, step, step, cv::INTER_CUBIC);
  const auto shift_x = static_cast<int>(random.below(step)), shift_y = static_cast<int>(random.below(step));
  constexpr double lost_by_interpolation = 1.3;
  return fine(cv::Rect(step + shift_x, step + shift_y, cols, rows)) * lost_by_interpolation;
}

cv::Mat streak_noise(Random& random, int rows, int cols, double length, double thickness) {
  // Long streaks are drawn with fewer columns and stretched: the same look at a fraction of the work.
  const int step = std::max(1, static_cast<int>(length / 10));
  const double along = length / 2 / step, across = thickness / 2;
  cv::Mat noise = white_noise(random, rows, cols / step + 4);
  cv::GaussianBlur(noise, noise, cv::Size(kernel_side(along), kernel_side(across)), std::max(along, 0.1),
                   std::max(across, 0.1), cv::BORDER_REFLECT);
  noise /= deviation_after_blur(along) * deviation_after_blur(across);
  if (step == 1) return noise.colRange(0, cols).clone();
  cv::resize(noise, noise, cv::Size(noise.cols * step, rows), 0, 0, cv::INTER_CUBIC);
  return noise.colRange(step, step + cols).clone();
}

}  // namespace adrep::synthetic
