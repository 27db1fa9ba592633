#pragma once
#include <numbers>
#include <opencv2/core.hpp>

#include "core/base/random.h"

namespace adrep::synthetic {

constexpr double radians(double degrees) {
  return degrees * std::numbers::pi / 180;
}

/// 0 below `from`, 1 above `to`, smooth between.
double smooth_step(double from, double to, double x);

/// A random place at least `margin` (share of the side) away from the borders.
cv::Point2d random_place(Random& random, int size, double margin);

/// An irregular round shape. Lengths in pixels. Filled from random numbers in braces, whose order is fixed in C++
/// (that of function arguments is not).
struct Blob {
  cv::Point2d centre;
  double radius, roughness;  ///< roughness 0 is an ellipse; 1 is ragged
};
/// About the distance to the blob's outline, positive inside, above 0 in at least one pixel: CV_32F [size, size].
cv::Mat blob_distance(Random& random, int size, const Blob& blob);

/// A wavering line. Lengths in pixels, angle in radians from x towards y.
struct Stroke {
  cv::Point2d middle;
  double angle, length, width, waviness;
};
/// How much the line covers of each pixel, in [0, 1]: CV_32F [size, size]. It thins out towards its ends.
cv::Mat stroke_coverage(Random& random, int size, const Stroke& stroke);

/// Coverage of a blob whose edge is `softness` pixels wide, outside its outline 0: CV_32F.
cv::Mat coverage_of(const cv::Mat& distance, double softness);

}  // namespace adrep::synthetic
