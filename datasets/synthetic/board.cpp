#include <fmt/format.h>

#include <cmath>
#include <numbers>

#include "datasets/synthetic/board_layout.h"
#include "datasets/synthetic/marks.h"
#include "datasets/synthetic/noise.h"
#include "datasets/synthetic/scene.h"
#include "datasets/synthetic/shapes.h"

namespace adrep::synthetic {
namespace {

/// Scales how plain the defects of this class are.
constexpr double board_defect_contrast = 1.0;

/// Where a part sits on one board.
struct Placement {
  double u, v, angle;
};

/// Placement within the tolerance of the machine that placed it.
Placement placed_normally(const Part& part, Random& random) {
  return {part.u + 0.35 * random.uniform(-1, 1), part.v + 0.35 * random.uniform(-1, 1),
          radians(part.degrees + 1.5 * random.uniform(-1, 1))};
}

/// Placement that no inspection would accept: turned, or shifted off its pads.
Placement misplaced(const Part& part, Random& random, double strength) {
  Placement wrong{part.u, part.v, radians(part.degrees)};
  const double side = random.below(2) ? 1 : -1;
  if (random.below(2)) {
    wrong.angle += side * radians(12 + 35 * strength);
  } else {
    const double direction = random.uniform(0, 2 * std::numbers::pi), distance = 3.5 + 5.5 * strength;
    wrong.u += distance * std::cos(direction);
    wrong.v += distance * std::sin(direction);
    wrong.angle += side * radians(random.uniform(0, 6));
  }
  return wrong;
}

bool can_be_lost(const Part& part) {
  return part.kind != PartKind::chip && part.kind != PartKind::pin_header && part.kind != PartKind::connector;
}

size_t choose_part(Random& random) {
  const std::vector<Part>& parts = board_parts();
  size_t chosen = 0;
  do chosen = static_cast<size_t>(random.below(static_cast<int64_t>(parts.size())));
  while (!can_be_lost(parts[chosen]));
  return chosen;
}

/// A board on the mat below the camera, before its components.
struct Assembly {
  Surface surface;
  Frame board;
  cv::Mat grain;
};

Assembly bare_board(Random& random, int size, const Camera& camera) {
  const double px = size / 320.0;
  const auto mat = static_cast<float>(random.uniform(0.17, 0.21));
  Assembly a{Surface(size, {mat, mat * 1.02f, mat * 1.08f}), {}, white_noise(random, size, size)};
  const double x = size / 2.0 + px * random.uniform(-4, 4), y = size / 2.0 + px * random.uniform(-4, 4);
  const double angle = radians(random.uniform(-1.5, 1.5)), scale = px * random.uniform(1.10, 1.12);
  a.board = Frame::at(x, y, angle, scale);
  const cv::Mat bumps = streak_noise(random, size, size, 2.5 * px, 2.5 * px);
  a.surface.height = 0.10 * bumps;
  Painter painter(a.surface, camera, a.grain);
  paint_bare_board(painter, a.board, random);
  return a;
}

/// Paints all components; those of the defect differently. Returns the footprint of what differs.
cv::Mat populate(Assembly& a, uint64_t seed, const Camera& camera, const Defect* defect) {
  cv::Mat changed;
  size_t faulty = board_parts().size();
  Random fault(defect ? defect->seed : 0);
  if (defect && (defect->type == "missing_part" || defect->type == "misplaced_part")) {
    faulty = choose_part(fault);
    changed = cv::Mat::zeros(a.surface.size(), a.surface.size(), CV_8U);
  }
  Painter painter(a.surface, camera, a.grain);
  for (size_t i = 0; i < board_parts().size(); ++i) {
    const Part& part = board_parts()[i];
    Random random(derive_seed(seed, fmt::format("part {}", i)));
    const Placement normal = placed_normally(part, random);
    const auto paint = [&](Painter& with, const Placement& at) {
      Random piece = random;
      paint_part(with, a.board.placed(at.u, at.v, at.angle), part, piece);
    };
    paint_pads(painter, a.board.placed(part.u, part.v, radians(part.degrees)), part);
    if (i != faulty) {
      paint(painter, normal);
      continue;
    }
    Surface discarded(a.surface.size(), {0, 0, 0});
    Painter sketch(discarded, camera, a.grain);  // only for the footprint of the part that is not where it belongs
    sketch.record(&changed);
    paint(sketch, normal);
    if (defect->type == "missing_part") continue;
    painter.record(&changed);
    paint(painter, misplaced(part, fault, board_defect_contrast * fault.uniform(0.1, 1.0)));
    painter.record(nullptr);
  }
  return changed;
}

/// A blob of solder over two to four neighbouring leads of a chip.
cv::Mat add_bridge(Random& random, Assembly& a, const Camera& camera, double strength) {
  cv::Mat changed = cv::Mat::zeros(a.surface.size(), a.surface.size(), CV_8U);
  Painter painter(a.surface, camera, a.grain);
  painter.record(&changed);
  const Part& chip = board_parts()[static_cast<size_t>(random.below(2))];
  const std::vector<Terminal> leads = terminals_of(chip);
  const auto joined = static_cast<size_t>(1 + std::lround(2 * std::min(1.0, strength)));
  size_t first = 0;  // all on one side
  do first = static_cast<size_t>(random.below(static_cast<int64_t>(leads.size() - joined)));
  while (leads[first].degrees != leads[first + joined].degrees);
  const Frame frame = a.board.placed(chip.u, chip.v, radians(chip.degrees));
  const cv::Point2d from(leads[first].u, leads[first].v), to(leads[first + joined].u, leads[first + joined].v);
  const double thick = random.uniform(5, 8.5);
  const Material solder = {{0.62f, 0.63f, 0.64f}, 2.4, 2.4, 0.35, 0.03};
  painter.line(frame, from, to, thick, solder);
  for (int drop = 0; drop < 2; ++drop) {
    const cv::Point2d at = from + random.uniform() * (to - from);
    const double u = at.x + random.normal(), v = at.y + random.normal(), radius = random.uniform(0.5, 0.8) * thick;
    painter.disc(frame.placed(u, v, 0), radius, solder);
  }
  return changed;
}

cv::Point2d place_on_board(Random& random, const Frame& board, double margin) {
  const double reach = board_half - margin;
  const double u = random.uniform(-reach, reach), v = random.uniform(-reach, reach);
  return board.pixel(u, v);
}

cv::Mat add_scratch(Random& random, Assembly& a, double strength) {
  const int size = a.surface.size();
  const double px = size / 320.0;
  const cv::Mat line = stroke_coverage(random, size,
                                       Stroke{place_on_board(random, a.board, 45), random.uniform(0, std::numbers::pi),
                                              px * random.uniform(30, 85), px * random.uniform(0.9, 1.9), 3 * px});
  scratch(a.surface, line, {0.70f, 0.55f, 0.38f}, std::min(1.0, 0.25 + 0.7 * strength), 0.4);
  return above_zero(line);
}

/// Dried flux around solder joints.
cv::Mat add_residue(Random& random, Assembly& a, double strength) {
  const int size = a.surface.size();
  const double px = size / 320.0;
  const cv::Mat distance =
      blob_distance(random, size, Blob{place_on_board(random, a.board, 40), px * random.uniform(12, 26), 1.0});
  for (int y = 0; y < size; ++y)
    for (int x = 0; x < size; ++x) {
      const double film = smooth_step(0, 4 * px, distance.at<float>(y, x));
      if (film <= 0) continue;
      cv::Vec3f& colour = a.surface.colour.at<cv::Vec3f>(y, x);
      const double rim = film * (1 - 0.5 * smooth_step(4 * px, 12 * px, distance.at<float>(y, x)));
      colour += static_cast<float>(0.7 * strength * rim) * (cv::Vec3f(0.52f, 0.47f, 0.36f) - colour);
    }
  return above_zero(distance);
}

Scene draw_board(uint64_t seed, int size, const Camera& camera, const Defect* defect) {
  Random random(seed);
  Assembly a = bare_board(random, size, camera);
  cv::Mat changed = populate(a, seed, camera, defect);
  if (defect && changed.empty()) {
    Random fault(defect->seed);
    const double strength = board_defect_contrast * fault.uniform(0.35, 1.0);
    if (defect->type == "solder_bridge") changed = add_bridge(fault, a, camera, strength);
    if (defect->type == "scratch") changed = add_scratch(fault, a, strength);
    if (defect->type == "stain") changed = add_residue(fault, a, strength);
  }
  return {std::move(a.surface), changed};
}

}  // namespace

DemoClass circuit_board() {
  return {"circuit_board", {"misplaced_part", "missing_part", "scratch", "solder_bridge", "stain"}, draw_board};
}

}  // namespace adrep::synthetic
