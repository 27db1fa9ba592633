#include <algorithm>
#include <cmath>
#include <numbers>

#include "datasets/synthetic/marks.h"
#include "datasets/synthetic/noise.h"
#include "datasets/synthetic/scene.h"
#include "datasets/synthetic/shapes.h"
#include "datasets/synthetic/weave.h"

namespace adrep::synthetic {
namespace {

/// Scales how plain the defects of this class are.
constexpr double fabric_defect_contrast = 1.0;

Weave draw_weave(Random& random, int size) {
  const double pitch = size / 320.0 * random.uniform(9.3, 9.9);
  const auto dye = static_cast<float>(random.uniform(0.94, 1.06));
  return Weave::draw(random, size, pitch, cv::Vec3f(0.25f, 0.36f, 0.52f) * dye, cv::Vec3f(0.66f, 0.65f, 0.60f));
}

/// A yarn that crosses the picture at a random place, faulty over a random length.
YarnFault draw_fault(Random& random, const Weave& weave, int size, double from_pitches, double to_pitches) {
  YarnFault fault;
  fault.warp = random.below(2) == 0;
  const cv::Point2d place = random_place(random, size, 0.2);
  const cv::Point2d at = weave.cloth(static_cast<int>(place.x), static_cast<int>(place.y));
  fault.yarn = static_cast<int>((fault.warp ? at.x : at.y) / weave.pitch);
  const double along = fault.warp ? at.y : at.x, half = weave.pitch * random.uniform(from_pitches, to_pitches) / 2;
  fault.from = along - half;
  fault.to = along + half;
  return fault;
}

Tear draw_tear(Random& random, const Weave& weave, int size) {
  Tear tear;
  const double radius = weave.pitch * random.uniform(1.1, 2.4);
  tear.distance = blob_distance(random, size, Blob{random_place(random, size, 0.15), radius, 0.6});
  for (std::vector<double>* fray : {&tear.warp_fray, &tear.weft_fray})
    for (size_t i = 0; i < weave.warp.size(); ++i) fray->push_back(weave.pitch * random.uniform(0, 0.9));
  return tear;
}

cv::Mat add_fabric_stain(Random& random, Surface& surface, double strength) {
  const int size = surface.size();
  const double px = size / 320.0;
  const cv::Mat distance =
      blob_distance(random, size, Blob{random_place(random, size, 0.18), px * random.uniform(14, 32), 0.9});
  const cv::Vec3f oil = {0.50f, 0.45f, 0.38f}, water = {0.58f, 0.60f, 0.64f};
  stain(surface, distance, random.below(2) ? oil : water, std::min(1.0, 1.25 * strength), 6 * px);
  return above_zero(distance);
}

/// A loose thread that lies on the cloth.
cv::Mat add_thread(Random& random, Surface& surface, double strength) {
  const int size = surface.size();
  const double px = size / 320.0;
  const cv::Mat line = stroke_coverage(random, size,
                                       Stroke{random_place(random, size, 0.25), random.uniform(0, std::numbers::pi),
                                              px * random.uniform(35, 95), px * random.uniform(1.9, 3.2), 9 * px});
  const cv::Vec3f white = {0.9f, 0.88f, 0.84f}, dark = {0.12f, 0.1f, 0.1f};
  scratch(surface, line, random.below(2) ? white : dark, std::min(1.0, 0.45 + 0.6 * strength), -1.2 * px);
  return above_zero(line);
}

Scene draw_fabric(uint64_t seed, int size, const Camera&, const Defect* defect) {
  Random random(seed);
  const Weave weave = draw_weave(random, size);
  const std::string type = defect ? defect->type : "good";
  Random fault_random(defect ? defect->seed : 0);
  const double strength = fabric_defect_contrast * fault_random.uniform(0.35, 1.0);
  YarnFault fault;
  Tear tear;
  if (type == "missing_yarn") {
    fault = draw_fault(fault_random, weave, size, 3, 14);
    fault.thickness = 0;
  } else if (type == "thick_yarn") {
    fault = draw_fault(fault_random, weave, size, 8, 16);
    fault.thickness = 1.4 + 0.8 * strength;
  } else if (type == "hole") {
    tear = draw_tear(fault_random, weave, size);
  }
  cv::Mat changed;
  const bool faulty = type == "missing_yarn" || type == "thick_yarn";
  Surface surface = woven(weave, size, faulty ? &fault : nullptr, type == "hole" ? &tear : nullptr, changed);
  if (type == "stain") changed = add_fabric_stain(fault_random, surface, strength);
  if (type == "loose_thread") changed = add_thread(fault_random, surface, strength);
  return {std::move(surface), changed};
}

}  // namespace

DemoClass fabric() {
  return {"fabric", {"hole", "loose_thread", "missing_yarn", "stain", "thick_yarn"}, draw_fabric};
}

}  // namespace adrep::synthetic
