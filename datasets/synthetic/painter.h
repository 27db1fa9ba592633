#pragma once
#include <functional>
#include <string>

#include "datasets/synthetic/camera.h"

namespace adrep::synthetic {

/// A part's own coordinates (u, v) in the picture: turned, scaled and moved.
struct Frame {
  double cosine = 1, sine = 0, x = 0, y = 0, scale = 1;

  /// Origin at pixel (x, y), turned by `angle` radians, `scale` pixels a unit.
  static Frame at(double x, double y, double angle, double scale);
  /// The frame of a part placed at (u, v) of this frame.
  Frame placed(double u, double v, double angle) const;
  cv::Point2d pixel(double u, double v) const;
  cv::Point2d local(double px, double py) const;
};

struct Material {
  cv::Vec3f colour;
  double height = 0;  ///< of its top above the board, units
  double bevel = 1;   ///< width of its rounded edge, units
  double gloss = 0;
  double grain = 0.02;  ///< contrast of its own roughness
};

/// Paints shapes with smooth edges onto a surface, later ones over earlier ones. Lengths are in units of the frame.
class Painter {
 public:
  /// `grain` is CV_32F [size, size], standard deviation 1.
  Painter(Surface& surface, const Camera& camera, cv::Mat grain)
      : surface_(surface), camera_(camera), grain_(std::move(grain)) {}

  void box(const Frame& frame, double half_u, double half_v, double corner, const Material& material);
  void disc(const Frame& frame, double radius, const Material& material);
  void line(const Frame& frame, cv::Point2d from, cv::Point2d to, double width, const Material& material);
  /// Text centred at the origin of the frame, letters `cap_height` units high.
  void text(const Frame& frame, const std::string& text, double cap_height, const cv::Vec3f& colour, double strength);
  /// The shadow of a box or (half_u = half_v = corner) disc that is `height` units high.
  void shadow(const Frame& frame, double half_u, double half_v, double corner, double height);

  /// From now on every painted pixel is marked in `footprint` (CV_8U); null: stop.
  void record(cv::Mat* footprint) { footprint_ = footprint; }

 private:
  /// `distance` is the signed distance to the outline at (u, v), negative inside; its shape lies within `reach` of the
  /// origin.
  void paint(const Frame& frame, cv::Point2d centre, double reach, const Material& material,
             const std::function<double(cv::Point2d)>& distance);
  cv::Rect bounds(const Frame& frame, cv::Point2d centre, double reach) const;
  void mark(int x, int y);

  Surface& surface_;
  const Camera& camera_;
  cv::Mat grain_;
  cv::Mat* footprint_ = nullptr;
};

}  // namespace adrep::synthetic
