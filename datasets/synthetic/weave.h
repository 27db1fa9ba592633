#pragma once
#include <vector>

#include "datasets/synthetic/camera.h"

namespace adrep::synthetic {

/// One yarn of a cloth. Lengths in pixels.
struct Yarn {
  double centre = 0;  ///< across its direction
  double radius = 0;
  cv::Vec3f colour;
  double wobble = 0, wobble_phase = 0, wobble_period = 1;  ///< how its centre and thickness change along it
  double fibre_phase = 0;                                  ///< of its twist
};

/// A fault in one yarn, between two places along it.
struct YarnFault {
  bool warp = true;
  int yarn = 0;
  double from = 0, to = 0;
  double thickness = 1;  ///< of the normal one; 0: the yarn is missing
};

/// A 2/2 twill: warp yarns run along v, weft yarns along u; (u, v) are the cloth's own coordinates.
struct Weave {
  double pitch = 9;
  double angle = 0;        ///< of the cloth in the picture, radians
  cv::Mat pull_x, pull_y;  ///< CV_32F [size, size], how far the cloth is pulled out of shape, pixels
  std::vector<Yarn> warp, weft;
  cv::Mat fuzz;  ///< CV_32F [size, size], fibres, standard deviation 1

  static Weave draw(Random& random, int size, double pitch, const cv::Vec3f& warp_colour, const cv::Vec3f& weft_colour);
  /// Cloth coordinates of a pixel.
  cv::Point2d cloth(int x, int y) const;
};

/// What is torn: yarns end where `distance` exceeds their own fraying length.
struct Tear {
  cv::Mat distance;                          ///< CV_32F [size, size]; empty: nothing is torn
  std::vector<double> warp_fray, weft_fray;  ///< pixels, by yarn
};

/// The cloth as a surface. Sets `changed` (CV_8U) where a fault can be seen; the seen pieces of one faulty yarn are
/// joined.
Surface woven(const Weave& weave, int size, const YarnFault* fault, const Tear* tear, cv::Mat& changed);

}  // namespace adrep::synthetic
