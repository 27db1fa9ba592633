#pragma once
#include "datasets/synthetic/camera.h"

namespace adrep::synthetic {

/// Defects that any surface can have. `where` and coverages are CV_32F [size, size] of datasets/synthetic/shapes.h.
/// Only pixels with coverage above 0, or a distance above 0, are changed.

/// A liquid that dried: tints by up to `strength` (0: nothing, 1: wholly `tint`), most at the rim `rim` pixels wide.
void stain(Surface& surface, const cv::Mat& distance, const cv::Vec3f& tint, double strength, double rim);

/// A groove `depth` pixels deep that lays `colour` bare.
void scratch(Surface& surface, const cv::Mat& coverage, const cv::Vec3f& colour, double strength, double depth);

/// A hole onto something dark below, with an edge `edge` pixels wide.
void hole(Surface& surface, const cv::Mat& distance, const cv::Vec3f& below, double edge);

/// A smooth hollow, `depth` pixels deep at distance `radius` from its outline.
void dent(Surface& surface, const cv::Mat& distance, double radius, double depth);

/// Where a coverage or distance is above 0: CV_8U.
cv::Mat above_zero(const cv::Mat& where);

}  // namespace adrep::synthetic
