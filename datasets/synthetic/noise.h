#pragma once
#include <opencv2/core.hpp>

#include "core/base/random.h"

namespace adrep::synthetic {

/// Independent, nearly normal values, mean 0, standard deviation 1: CV_32F [rows, cols].
cv::Mat white_noise(Random& random, int rows, int cols);

/// Smooth bumps about `scale` pixels apart, mean 0, standard deviation about 1: CV_32F [rows, cols].
cv::Mat smooth_noise(Random& random, int rows, int cols, double scale);

/// Streaks along the rows, about `length` pixels long and `thickness` pixels thick, standard deviation about 1:
/// CV_32F [rows, cols].
cv::Mat streak_noise(Random& random, int rows, int cols, double length, double thickness);

}  // namespace adrep::synthetic
