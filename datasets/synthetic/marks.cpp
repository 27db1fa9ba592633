#include "datasets/synthetic/marks.h"

#include "datasets/synthetic/shapes.h"

namespace adrep::synthetic {
namespace {

void blend(cv::Vec3f& colour, const cv::Vec3f& other, double share) {
  const auto a = static_cast<float>(share);
  colour = colour * (1 - a) + other * a;
}

/// f(pixel, value of `where`) for every pixel where it is above 0.
template <class F>
void for_covered(const cv::Mat& where, const F& f) {
  for (int y = 0; y < where.rows; ++y)
    for (int x = 0; x < where.cols; ++x)
      if (where.at<float>(y, x) > 0) f(cv::Point(x, y), double(where.at<float>(y, x)));
}

}  // namespace

void stain(Surface& surface, const cv::Mat& distance, const cv::Vec3f& tint, double strength, double rim) {
  for_covered(distance, [&](cv::Point p, double inside) {
    const double wet = smooth_step(0, rim, inside);
    const double edge = wet * (1 - 0.45 * smooth_step(rim, 4 * rim, inside));  // it dries darkest near the edge
    cv::Vec3f& colour = surface.colour.at<cv::Vec3f>(p);
    blend(colour, colour.mul(tint), strength * edge);
    surface.gloss.at<float>(p) *= static_cast<float>(1 - 0.5 * strength * wet);
  });
}

void scratch(Surface& surface, const cv::Mat& coverage, const cv::Vec3f& colour, double strength, double depth) {
  for_covered(coverage, [&](cv::Point p, double share) {
    blend(surface.colour.at<cv::Vec3f>(p), colour, strength * share);
    surface.height.at<float>(p) -= static_cast<float>(depth * share);
  });
}

void hole(Surface& surface, const cv::Mat& distance, const cv::Vec3f& below, double edge) {
  for_covered(distance, [&](cv::Point p, double inside) {
    const double open = smooth_step(0, edge, inside);
    blend(surface.colour.at<cv::Vec3f>(p), below, open);
    surface.gloss.at<float>(p) *= static_cast<float>(1 - open);
    surface.height.at<float>(p) -= static_cast<float>(1.5 * open);
  });
}

void dent(Surface& surface, const cv::Mat& distance, double radius, double depth) {
  for_covered(distance, [&](cv::Point p, double inside) {
    surface.height.at<float>(p) -= static_cast<float>(depth * smooth_step(0, radius, inside));
  });
}

cv::Mat above_zero(const cv::Mat& where) {
  return where > 0;
}

}  // namespace adrep::synthetic
