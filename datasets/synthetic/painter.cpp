#include "datasets/synthetic/painter.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "datasets/synthetic/shapes.h"

namespace adrep::synthetic {
namespace {

double box_distance(cv::Point2d p, double half_u, double half_v, double corner) {
  const double du = std::abs(p.x) - half_u + corner, dv = std::abs(p.y) - half_v + corner;
  return std::hypot(std::max(du, 0.0), std::max(dv, 0.0)) + std::min(std::max(du, dv), 0.0) - corner;
}

double line_distance(cv::Point2d p, cv::Point2d from, cv::Point2d to) {
  const cv::Point2d along = to - from, off = p - from;
  const double t = std::clamp(off.dot(along) / std::max(along.dot(along), 1e-9), 0.0, 1.0);
  return cv::norm(off - t * along);
}

}  // namespace

Frame Frame::at(double x, double y, double angle, double scale) {
  return {std::cos(angle), std::sin(angle), x, y, scale};
}

Frame Frame::placed(double u, double v, double angle) const {
  const cv::Point2d origin = pixel(u, v);
  const double c = std::cos(angle), s = std::sin(angle);
  return {cosine * c - sine * s, sine * c + cosine * s, origin.x, origin.y, scale};
}

cv::Point2d Frame::pixel(double u, double v) const {
  return {x + scale * (cosine * u - sine * v), y + scale * (sine * u + cosine * v)};
}

cv::Point2d Frame::local(double px, double py) const {
  const double dx = (px - x) / scale, dy = (py - y) / scale;
  return {cosine * dx + sine * dy, cosine * dy - sine * dx};
}

cv::Rect Painter::bounds(const Frame& frame, cv::Point2d centre, double reach) const {
  const cv::Point2d middle = frame.pixel(centre.x, centre.y);
  const int side = static_cast<int>(std::ceil(reach * frame.scale)) + 2;
  const cv::Rect square(int(std::floor(middle.x)) - side, int(std::floor(middle.y)) - side, 2 * side + 1, 2 * side + 1);
  return square & cv::Rect(0, 0, surface_.size(), surface_.size());
}

void Painter::mark(int x, int y) {
  if (footprint_) footprint_->at<uint8_t>(y, x) = 255;
}

void Painter::paint(const Frame& frame, cv::Point2d centre, double reach, const Material& material,
                    const std::function<double(cv::Point2d)>& distance) {
  const cv::Rect area = bounds(frame, centre, reach);
  const double bevel = std::max(material.bevel * frame.scale, 0.5);
  for (int y = area.y; y < area.br().y; ++y)
    for (int x = area.x; x < area.br().x; ++x) {
      const double inside = -distance(frame.local(x, y)) * frame.scale;
      const auto share = static_cast<float>(std::clamp(inside + 0.5, 0.0, 1.0));
      if (share <= 0) continue;
      const float rough = 1 + static_cast<float>(material.grain) * grain_.at<float>(y, x);
      const auto top = static_cast<float>(material.height * frame.scale * smooth_step(-0.5, bevel, inside));
      cv::Vec3f& colour = surface_.colour.at<cv::Vec3f>(y, x);
      colour += share * (material.colour * rough - colour);
      float& height = surface_.height.at<float>(y, x);
      height += share * (top - height);
      float& gloss = surface_.gloss.at<float>(y, x);
      gloss += share * (static_cast<float>(material.gloss) - gloss);
      float& shade = surface_.shade.at<float>(y, x);
      if (material.height > 1) shade += share * (1 - shade);  // a raised part lies above the shadows
      mark(x, y);
    }
}

void Painter::box(const Frame& frame, double half_u, double half_v, double corner, const Material& material) {
  paint(frame, {0, 0}, std::hypot(half_u, half_v), material,
        [=](cv::Point2d p) { return box_distance(p, half_u, half_v, corner); });
}

void Painter::disc(const Frame& frame, double radius, const Material& material) {
  paint(frame, {0, 0}, radius, material, [=](cv::Point2d p) { return cv::norm(p) - radius; });
}

void Painter::line(const Frame& frame, cv::Point2d from, cv::Point2d to, double width, const Material& material) {
  const cv::Point2d middle = (from + to) / 2;
  paint(frame, middle, cv::norm(to - from) / 2 + width, material,
        [=](cv::Point2d p) { return line_distance(p, from, to) - width / 2; });
}

void Painter::text(const Frame& frame, const std::string& text, double cap_height, const cv::Vec3f& colour,
                   double strength) {
  constexpr double samples = 6, capital = 21;  // samples a unit; height of a capital of this font at scale 1
  const double font_scale = cap_height * samples / capital;
  int below = 0;
  const int thickness = std::max(1, static_cast<int>(std::lround(0.13 * cap_height * samples)));
  const cv::Size extent = cv::getTextSize(text, cv::FONT_HERSHEY_SIMPLEX, font_scale, thickness, &below);
  const int border = 2 * thickness + 2;
  cv::Mat letters = cv::Mat::zeros(extent.height + below + 2 * border, extent.width + 2 * border, CV_8U);
  cv::putText(letters, text, {border, border + extent.height}, cv::FONT_HERSHEY_SIMPLEX, font_scale, 255, thickness,
              cv::LINE_AA);
  cv::GaussianBlur(letters, letters, cv::Size(), 0.35 * samples / std::max(frame.scale, 0.2));
  const cv::Rect area = bounds(frame, {0, 0}, std::hypot(letters.cols, letters.rows) / 2 / samples);
  for (int y = area.y; y < area.br().y; ++y)
    for (int x = area.x; x < area.br().x; ++x) {
      const cv::Point2d p = frame.local(x, y);
      const int column = static_cast<int>(std::floor(p.x * samples + letters.cols / 2.0));
      const int row = static_cast<int>(std::floor(p.y * samples + border + extent.height / 2.0));
      if (column < 0 || row < 0 || column >= letters.cols || row >= letters.rows || !letters.at<uint8_t>(row, column))
        continue;
      const auto share = static_cast<float>(strength * letters.at<uint8_t>(row, column) / 255.0);
      cv::Vec3f& under = surface_.colour.at<cv::Vec3f>(y, x);
      under += share * (colour - under);
      mark(x, y);
    }
}

void Painter::shadow(const Frame& frame, double half_u, double half_v, double corner, double height) {
  constexpr double darkness = 0.5;
  const double soft = 0.35 * height + 0.5;
  Frame moved = frame;
  moved.x -= camera_.light_x * height * frame.scale;
  moved.y -= camera_.light_y * height * frame.scale;
  const cv::Rect area = bounds(moved, {0, 0}, std::hypot(half_u, half_v) + soft);
  for (int y = area.y; y < area.br().y; ++y)
    for (int x = area.x; x < area.br().x; ++x) {
      const double outside = box_distance(moved.local(x, y), half_u, half_v, corner);
      const double share = smooth_step(soft, -soft, outside);
      if (share <= 0) continue;
      surface_.shade.at<float>(y, x) *= static_cast<float>(1 - darkness * share);
      mark(x, y);
    }
}

}  // namespace adrep::synthetic
