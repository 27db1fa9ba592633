#pragma once
#include <opencv2/core.hpp>

#include "core/base/random.h"

namespace adrep::synthetic {

/// 0 below `from`, 1 above `to`, smooth between.
double smooth_step(double from, double to, double x);

/// A random place at least `margin` (share of the side) away from the borders.
cv::Point2d random_place(Random& random, int size, double margin);

/// About the distance in pixels to the outline of an irregular blob, positive inside: CV_32F [size, size].
/// `roughness` 0 is an ellipse; 1 is ragged.
cv::Mat blob(Random& random, int size, const cv::Point2d& centre, double radius, double roughness);

/// How much a wavering line covers of each pixel, in [0, 1]: CV_32F [size, size]. It thins out towards its ends.
cv::Mat stroke(Random& random, int size, const cv::Point2d& middle, double angle, double length, double width,
               double waviness);

/// Coverage of a blob whose edge is `softness` pixels wide, outside its outline 0: CV_32F.
cv::Mat coverage_of(const cv::Mat& distance, double softness);

}  // namespace adrep::synthetic
