#include "datasets/synthetic/weave.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>

#include "datasets/synthetic/noise.h"
#include "datasets/synthetic/shapes.h"

namespace adrep::synthetic {
namespace {

const cv::Vec3f table_colour = {0.07f, 0.07f, 0.075f};
constexpr double table_depth = -1.6;  // below the middle of the cloth, in yarn radii

/// +1 where the warp yarn lies on top of the weft yarn, else −1.
int twill(int64_t warp, int64_t weft) {
  return (((warp + weft) % 4) + 4) % 4 < 2 ? 1 : -1;
}

/// One yarn at one pixel.
struct Strand {
  bool there = false;
  double height = 0;  ///< of its upper side, pixels
  double across = 0;  ///< −1 … 1 over its width
  cv::Vec3f colour;
};

/// How high the middle of a yarn lies between two crossings: smooth between over and under.
double undulation(int before, int after, double t) {
  return before + (after - before) * smooth_step(0.25, 0.75, t);
}

Strand strand(const Yarn& yarn, double side, double along, double level, double pitch, double thickness) {
  Strand s;
  const double wave = std::sin(2 * std::numbers::pi * along / yarn.wobble_period + yarn.wobble_phase);
  const double radius = yarn.radius * (1 + 0.07 * wave) * thickness;
  s.across = (side - yarn.centre - yarn.wobble * wave) / std::max(radius, 1e-6);
  if (std::abs(s.across) >= 1) return s;
  s.there = true;
  const double round = std::sqrt(1 - s.across * s.across);
  const double twist = std::sin(2 * std::numbers::pi * (along / (0.42 * pitch) + 0.45 * s.across) + yarn.fibre_phase);
  s.height = 0.5 * radius * level + 0.75 * radius * round + 0.10 * radius * twist;
  s.colour = yarn.colour * static_cast<float>((0.72 + 0.28 * round) * (1 + 0.07 * twist));
  return s;
}

double fault_thickness(const YarnFault* fault, bool warp, int64_t yarn, double along, double pitch) {
  if (!fault || fault->warp != warp || fault->yarn != yarn) return 1;
  const double inside = std::min(along - fault->from, fault->to - along);
  return 1 + (fault->thickness - 1) * smooth_step(0, fault->thickness > 1 ? 2.5 * pitch : 0.4 * pitch, inside);
}

bool torn(const Tear* tear, bool warp, int64_t yarn, float distance) {
  return tear && distance > (warp ? tear->warp_fray : tear->weft_fray)[static_cast<size_t>(yarn)];
}

/// The strand of the yarn nearest to `side`, from one set.
struct Crossing {
  const Weave& weave;
  const YarnFault* fault;
  const Tear* tear;

  Strand look(bool warp, int64_t yarn, double side, double along, float distance) const {
    const std::vector<Yarn>& yarns = warp ? weave.warp : weave.weft;
    if (yarn < 0 || yarn >= static_cast<int64_t>(yarns.size()) || torn(tear, warp, yarn, distance)) return {};
    const Yarn& found = yarns[static_cast<size_t>(yarn)];
    const double thickness = fault_thickness(fault, warp, yarn, along, weave.pitch);
    if (std::abs(side - found.centre) > 1.3 * found.radius * thickness) return {};
    const double at = along / weave.pitch - 0.5;
    const auto crossing = static_cast<int64_t>(std::floor(at));
    const int sign = warp ? 1 : -1;
    const double level =
        undulation(sign * twill(yarn, crossing), sign * twill(yarn, crossing + 1), at - std::floor(at));
    return strand(found, side, along, level, weave.pitch, thickness);
  }

  /// The highest strand at cloth place (u, v); a thick yarn reaches over its neighbours.
  Strand top(double u, double v, float distance) const {
    Strand best;
    const auto column = static_cast<int64_t>(std::floor(u / weave.pitch)),
               row = static_cast<int64_t>(std::floor(v / weave.pitch));
    for (int64_t near = -1; near <= 1; ++near)
      for (const bool warp : {true, false}) {
        const Strand s = warp ? look(true, column + near, u, v, distance) : look(false, row + near, v, u, distance);
        if (s.there && (!best.there || s.height > best.height)) best = s;
      }
    return best;
  }
};

bool same(const Strand& a, const Strand& b) {
  return a.there == b.there && (!a.there || (a.height == b.height && a.colour == b.colour));
}

/// Joins what is seen of one yarn across the crossings where another yarn hides it: one fault is one region.
void join_along(cv::Mat& changed, const Weave& weave, bool warp) {
  const double half = 1.3 * weave.pitch, angle = weave.angle + (warp ? std::numbers::pi / 2 : 0);
  const int side = 2 * static_cast<int>(std::ceil(half)) + 1, middle = side / 2;
  cv::Mat bar = cv::Mat::zeros(side, side, CV_8U);
  const cv::Point end(static_cast<int>(std::lround(half * std::cos(angle))),
                      static_cast<int>(std::lround(half * std::sin(angle))));
  cv::line(bar, cv::Point(middle, middle) - end, cv::Point(middle, middle) + end, 1);
  cv::morphologyEx(changed, changed, cv::MORPH_CLOSE, bar);
}

std::vector<Yarn> yarns(Random& random, int count, double pitch, const cv::Vec3f& colour) {
  std::vector<Yarn> all(static_cast<size_t>(count));
  for (int i = 0; i < count; ++i) {
    Yarn& yarn = all[static_cast<size_t>(i)];
    yarn.centre = (i + 0.5 + 0.035 * random.normal()) * pitch;
    yarn.radius = pitch * (0.53 + 0.02 * random.normal());
    yarn.colour = colour * static_cast<float>(1 + 0.035 * random.normal());
    yarn.wobble = pitch * 0.03 * random.normal();
    yarn.wobble_period = pitch * random.uniform(4, 14);
    yarn.wobble_phase = random.uniform(0, 2 * std::numbers::pi);
    yarn.fibre_phase = random.uniform(0, 2 * std::numbers::pi);
  }
  return all;
}

}  // namespace

Weave Weave::draw(Random& random, int size, double pitch, const cv::Vec3f& warp_colour, const cv::Vec3f& weft_colour) {
  Weave weave;
  weave.pitch = pitch;
  weave.angle = random.uniform(-0.05, 0.05);
  const int count = static_cast<int>(1.3 * size / pitch) + 4;
  weave.warp = yarns(random, count, pitch, warp_colour);
  weave.weft = yarns(random, count, pitch, weft_colour);
  const double shift_x = random.uniform(0, 4 * pitch), shift_y = random.uniform(0, 4 * pitch);
  weave.pull_x = smooth_noise(random, size, size, size / 3.0) * (0.25 * pitch) + shift_x;
  weave.pull_y = smooth_noise(random, size, size, size / 3.0) * (0.25 * pitch) + shift_y;
  weave.fuzz = white_noise(random, size, size);
  return weave;
}

cv::Point2d Weave::cloth(int x, int y) const {
  const double half = pull_x.cols / 2.0, dx = x - half, dy = y - half;
  const double margin = 1.1 * half;  // keeps the coordinates positive after turning
  return {margin + std::cos(angle) * dx + std::sin(angle) * dy + pull_x.at<float>(y, x),
          margin - std::sin(angle) * dx + std::cos(angle) * dy + pull_y.at<float>(y, x)};
}

Surface woven(const Weave& weave, int size, const YarnFault* fault, const Tear* tear, cv::Mat& changed) {
  Surface surface(size, table_colour);
  const Crossing sound{weave, nullptr, nullptr}, faulty{weave, fault, tear};
  const double middle = weave.pitch / 2;
  if (fault || tear) changed = cv::Mat::zeros(size, size, CV_8U);
  for (int y = 0; y < size; ++y)
    for (int x = 0; x < size; ++x) {
      const cv::Point2d at = weave.cloth(x, y);
      Strand top = sound.top(at.x, at.y, 0);
      const float torn_by = tear ? tear->distance.at<float>(y, x) : 0;
      if (fault || torn_by > 0) {
        const Strand now = faulty.top(at.x, at.y, torn_by);
        if (!same(now, top)) changed.at<uint8_t>(y, x) = 255;
        top = now;
      }
      const double height = top.there ? top.height : table_depth * middle;
      const auto fibre = 1 + 0.05f * weave.fuzz.at<float>(y, x);
      surface.height.at<float>(y, x) = static_cast<float>(0.8 * height);
      if (top.there) surface.colour.at<cv::Vec3f>(y, x) = top.colour * fibre;
      surface.shade.at<float>(y, x) =
          static_cast<float>(0.55 + 0.45 * smooth_step(-0.6 * middle, 1.0 * middle, height));
    }
  if (fault) join_along(changed, weave, fault->warp);
  return surface;
}

}  // namespace adrep::synthetic
