#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>

#include "datasets/synthetic/marks.h"
#include "datasets/synthetic/noise.h"
#include "datasets/synthetic/scene.h"
#include "datasets/synthetic/shapes.h"

namespace adrep::synthetic {
namespace {

/// Scales how plain the defects of this class are.
constexpr double metal_defect_contrast = 0.5;

/// Grooves of brushing, turned by `angle` (radians, from x towards y): CV_32F, standard deviation about 1.
cv::Mat grooves(Random& random, int size, double angle) {
  const double px = size / 320.0, coarse = random.uniform(0.2, 0.5);
  const int side = static_cast<int>(size * (std::abs(std::cos(angle)) + std::abs(std::sin(angle)))) + 8;
  cv::Mat grain = 0.80 * streak_noise(random, side, side, 90 * px, 0.9 * px);
  grain += 0.5 * streak_noise(random, side, side, 28 * px, 0.5 * px);
  grain += coarse * streak_noise(random, side, side, 120 * px, 3.5 * px);
  cv::Mat turn = cv::getRotationMatrix2D(cv::Point2f(side / 2.0f, side / 2.0f), -angle * 180 / std::numbers::pi, 1);
  turn.at<double>(0, 2) -= (side - size) / 2.0;
  turn.at<double>(1, 2) -= (side - size) / 2.0;
  cv::Mat turned;
  cv::warpAffine(grain, turned, turn, cv::Size(size, size), cv::INTER_CUBIC, cv::BORDER_REFLECT);
  return turned;
}

/// Single marks of the brush that are longer and deeper than the others: part of a normal plate.
void add_brush_marks(Random& random, cv::Mat& grain, double angle) {
  const int size = grain.rows;
  const auto marks = 6 + random.below(18);
  for (int64_t i = 0; i < marks; ++i) {
    const double length = size * random.uniform(0.15, 0.6), width = size / 320.0 * random.uniform(0.5, 1.1);
    const cv::Mat line = stroke_coverage(
        random, size, Stroke{random_place(random, size, 0), angle + 0.02 * random.normal(), length, width, 1});
    grain += random.uniform(-2.8, 2.8) * line;
  }
}

/// Dust: part of a normal plate.
void add_dust(Random& random, Surface& surface) {
  const int size = surface.size();
  const double px = size / 320.0;
  const auto specks = random.below(9);
  for (int64_t i = 0; i < specks; ++i) {
    const auto grey = static_cast<float>(random.uniform(0.15, 0.8));
    const cv::Mat speck = stroke_coverage(random, size,
                                          Stroke{random_place(random, size, 0), random.uniform(0, std::numbers::pi),
                                                 px * random.uniform(1.5, 6), px * random.uniform(1.0, 1.8), 0});
    scratch(surface, speck, {grey, grey, grey}, random.uniform(0.2, 0.75), 0);
  }
}

struct Steel {
  Surface surface;
  double angle;
};

/// Colour, height and gloss follow one and the same grain.
void set_grain(Surface& surface, const cv::Mat& grain, const cv::Mat& tarnish) {
  for (int y = 0; y < grain.rows; ++y)
    for (int x = 0; x < grain.cols; ++x) {
      const float g = grain.at<float>(y, x);
      surface.colour.at<cv::Vec3f>(y, x) *= (1 + 0.045f * g) * (1 + 0.02f * tarnish.at<float>(y, x));
      surface.height.at<float>(y, x) += 0.09f * g;
      surface.gloss.at<float>(y, x) = 0.26f * (1 + 0.10f * g);
    }
}

Steel steel_plate(Random& random, int size) {
  const auto grey = static_cast<float>(random.uniform(0.43, 0.49));
  Steel steel{Surface(size, {grey, grey * 1.01f, grey * 1.03f}), 0.06 * random.uniform(-1, 1)};
  steel.surface.lobe_x = 0.20;
  steel.surface.lobe_y = 0.45;
  cv::Mat grain = grooves(random, size, steel.angle);
  grain *= random.uniform(0.75, 1.3);  // wear of the brush
  add_brush_marks(random, grain, steel.angle);
  set_grain(steel.surface, grain, smooth_noise(random, size, size, size / 5.0));
  add_dust(random, steel.surface);
  return steel;
}

cv::Mat add_scratch(Random& random, Surface& surface, double angle, double strength) {
  const int size = surface.size();
  const double px = size / 320.0, side = random.below(2) ? 1 : -1, length = px * random.uniform(35, 130);
  const cv::Mat line =
      stroke_coverage(random, size,
                      Stroke{random_place(random, size, 0.25), angle + side * random.uniform(0.35, 1.5), length,
                             px * random.uniform(0.7, 1.7), 0.025 * length});
  scratch(surface, line, {0.92f, 0.93f, 0.95f}, 0.65 * strength, 0.8 * strength);
  return above_zero(line);
}

cv::Mat add_dent(Random& random, Surface& surface, double strength) {
  const int size = surface.size();
  const double px = size / 320.0, radius = px * random.uniform(8, 17);
  const cv::Mat distance = blob_distance(random, size, Blob{random_place(random, size, 0.15), radius, 0.2});
  dent(surface, distance, radius, 0.34 * radius * strength);
  return above_zero(distance);
}

cv::Mat add_metal_stain(Random& random, Surface& surface, double strength) {
  const int size = surface.size();
  const double px = size / 320.0;
  const cv::Mat distance =
      blob_distance(random, size, Blob{random_place(random, size, 0.18), px * random.uniform(14, 34), 1.0});
  stain(surface, distance, {0.62f, 0.52f, 0.38f}, 0.75 * strength, 3.5 * px);
  return above_zero(distance);
}

/// A pit: the shallower, the more of the steel's colour is left.
cv::Mat add_hole(Random& random, Surface& surface, double strength) {
  const int size = surface.size();
  const double px = size / 320.0;
  const cv::Mat distance =
      blob_distance(random, size, Blob{random_place(random, size, 0.12), px * random.uniform(1.8, 4.0), 0.7});
  const auto left = static_cast<float>(0.06 + 0.35 * std::max(0.0, 1 - strength));
  hole(surface, distance, {left, left, left}, 2 * px);
  return above_zero(distance);
}

/// A patch that was sanded in another direction: same brightness, other grain.
cv::Mat add_turned_grain(Random& random, Surface& surface, double angle, double strength) {
  const int size = surface.size();
  const double px = size / 320.0;
  const cv::Mat distance =
      blob_distance(random, size, Blob{random_place(random, size, 0.2), px * random.uniform(20, 38), 0.7});
  const cv::Mat patch = coverage_of(distance, 5 * px);
  Surface other(size, surface.colour.at<cv::Vec3f>(size / 2, size / 2));
  const cv::Mat grain = grooves(random, size, angle + random.uniform(0.7, 2.2));
  cv::Mat flat;
  cv::GaussianBlur(surface.colour, flat, cv::Size(), 6 * px);
  flat.copyTo(other.colour);
  set_grain(other, grain, cv::Mat::zeros(size, size, CV_32F));
  for (int y = 0; y < size; ++y)
    for (int x = 0; x < size; ++x) {
      const auto a = static_cast<float>(std::min(1.0, strength) * patch.at<float>(y, x));
      if (a == 0) continue;
      surface.colour.at<cv::Vec3f>(y, x) += a * (other.colour.at<cv::Vec3f>(y, x) - surface.colour.at<cv::Vec3f>(y, x));
      surface.height.at<float>(y, x) += a * (other.height.at<float>(y, x) - surface.height.at<float>(y, x));
      surface.gloss.at<float>(y, x) += a * (other.gloss.at<float>(y, x) - surface.gloss.at<float>(y, x));
    }
  return above_zero(patch);
}

cv::Mat add_defect(const Defect& defect, Surface& surface, double angle) {
  Random random(defect.seed);
  const double strength = metal_defect_contrast * random.uniform(0.3, 1.0);
  if (defect.type == "scratch") return add_scratch(random, surface, angle, strength);
  if (defect.type == "dent") return add_dent(random, surface, strength);
  if (defect.type == "stain") return add_metal_stain(random, surface, strength);
  if (defect.type == "hole") return add_hole(random, surface, strength);
  return add_turned_grain(random, surface, angle, strength);
}

Scene draw_metal(uint64_t seed, int size, const Camera&, const Defect* defect) {
  Random random(seed);
  Steel steel = steel_plate(random, size);
  cv::Mat changed;
  if (defect) changed = add_defect(*defect, steel.surface, steel.angle);
  return {std::move(steel.surface), changed};
}

}  // namespace

DemoClass brushed_metal() {
  return {"brushed_metal", {"dent", "hole", "scratch", "stain", "turned_grain"}, draw_metal};
}

}  // namespace adrep::synthetic
