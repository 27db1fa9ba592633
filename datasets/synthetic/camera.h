#pragma once
#include <opencv2/core.hpp>

#include "core/base/random.h"
#include "core/image/image.h"

namespace adrep::synthetic {

/// What lies before the camera, one value a pixel.
struct Surface {
  cv::Mat colour;                     ///< CV_32FC3, RGB reflectance in [0, 1]
  cv::Mat height;                     ///< CV_32F, pixels; only its slope is seen
  cv::Mat gloss;                      ///< CV_32F, strength of the mirror-like reflection
  cv::Mat shade;                      ///< CV_32F, share of the light that arrives, in [0, 1]
  double lobe_x = 0.3, lobe_y = 0.3;  ///< width of the mirror-like reflection, in slope

  /// A flat surface of one colour.
  Surface(int size, const cv::Vec3f& rgb);
  int size() const { return colour.rows; }
};

/// Light and camera of one shot: the nuisances that every picture has, defect or not.
struct Camera {
  double light_x = 0, light_y = 0;  ///< horizontal part of the unit vector towards the light
  double glint_x = 0, glint_y = 0;  ///< slope that mirrors the light in the middle of the picture
  double gain = 1, slope_x = 0, slope_y = 0, vignetting = 0;  ///< brightness over the picture
  cv::Vec3f balance = {1, 1, 1};                              ///< white balance, RGB
  double blur = 0.6;                                          ///< standard deviation, pixels
  double grain = 0.008;                                       ///< sensor noise at half brightness

  static Camera draw(Random& random);
};

/// Radius in pixels around a changed piece of surface beyond which the photograph stays the same.
inline constexpr int camera_reach = 4;

/// Shades, lights, blurs and adds sensor noise -> RGB [size, size]. `random` is only drawn for the noise, so two
/// surfaces photographed with equal generators have the same noise.
Image photograph(const Surface& surface, const Camera& camera, Random random);

}  // namespace adrep::synthetic
