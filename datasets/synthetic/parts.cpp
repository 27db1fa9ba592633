#include "datasets/synthetic/parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace adrep::synthetic {
namespace {

const Material solder = {{0.60f, 0.61f, 0.62f}, 0.9, 1.6, 0.30, 0.04};
const Material paste = {{0.47f, 0.48f, 0.48f}, 0.35, 1.0, 0.06, 0.10};
const Material tin = {{0.66f, 0.67f, 0.68f}, 1.4, 0.8, 0.35, 0.03};
const Material gold = {{0.74f, 0.57f, 0.25f}, 0.8, 0.8, 0.30, 0.03};
const Material black_plastic = {{0.085f, 0.085f, 0.09f}, 2.4, 1.4, 0.07, 0.08};
const cv::Vec3f print = {0.72f, 0.72f, 0.70f};

/// A material whose brightness differs a little from piece to piece.
Material lot(const Material& material, Random& random, double tolerance) {
  Material piece = material;
  piece.colour *= static_cast<float>(1 + tolerance * random.normal());
  return piece;
}

void body(Painter& painter, const Frame& frame, const Part& part, double corner, const Material& material) {
  painter.box(frame, part.half_u, part.half_v, corner, material);
}

/// A cuboid with a metal cap on both ends, soldered to its pads.
void paint_two_caps(Painter& painter, const Frame& frame, const Part& part, const Material& material, Random& random) {
  const double cap = 0.24 * part.half_u;
  painter.shadow(frame, part.half_u, part.half_v, 0.8, 1.8);
  for (const double side : {-1.0, 1.0}) {
    const double reach = 1.7 + 0.2 * random.normal();
    painter.box(frame.placed(side * (part.half_u + 0.4), 0, 0), reach, part.half_v * 0.9, 1.3,
                lot(solder, random, 0.05));
  }
  for (const double side : {-1.0, 1.0})
    painter.box(frame.placed(side * (part.half_u - cap), 0, 0), cap, part.half_v, 0.5, lot(tin, random, 0.04));
  painter.box(frame, part.half_u - 2 * cap, part.half_v, 0.2, material);
}

void paint_leads(Painter& painter, const Frame& frame, const Part& part, Random& random) {
  for (const Terminal& t : terminals_of(part)) {
    const Frame at = frame.placed(t.u, t.v, radians(t.degrees));
    painter.box(at.placed(0.8, 0, 0), t.half_u * 0.8, t.half_v * 1.05, 0.8, lot(solder, random, 0.06));
    painter.box(at.placed(-1.0, 0, 0), t.half_u, t.half_v * 0.75, 0.3, lot(tin, random, 0.04));
  }
}

void paint_chip(Painter& painter, const Frame& frame, const Part& part, Random& random) {
  painter.shadow(frame, part.half_u, part.half_v, 1, 2.6);
  paint_leads(painter, frame, part, random);
  body(painter, frame, part, 1.2, lot(black_plastic, random, 0.05));
  Material hollow = black_plastic;
  hollow.colour *= 0.75f;
  hollow.height = 2.0;
  const double corner = std::min(part.half_u, part.half_v);
  if (corner > 8) painter.disc(frame.placed(-part.half_u + 5, -part.half_v + 5, 0), 1.8, hollow);
  const double letters = std::min(6.5, 0.22 * corner + 1.6);
  const bool upright = part.half_v > 1.4 * part.half_u;
  painter.text(frame.placed(0, 0, upright ? -std::numbers::pi / 2 : 0), part.marking, letters, print,
               random.uniform(0.45, 0.75));
  if (corner > 20) {
    painter.text(frame.placed(0, 10, 0), fmt::format("{:04d}", 2310 + random.below(40)), 4.5, print, 0.5);
    painter.text(frame.placed(0, -11, 0), "ARM", 4.5, print, 0.5);
  }
}

void paint_can(Painter& painter, const Frame& frame, const Part& part, Random& random) {
  const double radius = part.half_u;
  painter.shadow(frame, radius, radius, radius, 6);
  painter.box(frame, radius * 1.04, radius * 1.04, radius * 0.25,
              lot({{0.07f, 0.07f, 0.075f}, 1.5, 1, 0.04, 0.05}, random, 0.05));
  const Material can = lot({{0.58f, 0.59f, 0.60f}, 5.5, 2.6, 0.30, 0.02}, random, 0.04);
  painter.disc(frame, radius * 0.97, can);
  Material stripe = can;  // marks the negative pole
  stripe.colour = {0.10f, 0.11f, 0.14f};
  stripe.gloss = 0.08;
  for (double v = -0.62; v <= 0.63; v += 0.155) {
    const double reach = std::sqrt(0.8 - v * v);
    painter.line(frame, {-radius * reach, radius * v}, {-radius * 0.52, radius * v}, radius * 0.19, stripe);
  }
  painter.text(frame.placed(0.2 * radius, -0.18 * radius, 0), part.marking, 0.27 * radius, {0.15f, 0.15f, 0.17f}, 0.8);
  painter.text(frame.placed(0.2 * radius, 0.28 * radius, 0), "25V", 0.25 * radius, {0.15f, 0.15f, 0.17f}, 0.8);
}

void paint_header(Painter& painter, const Frame& frame, const Part& part, Random& random) {
  painter.shadow(frame, part.half_u, part.half_v, 1, 3);
  const bool cream = part.kind == PartKind::connector;
  const Material plastic = cream ? Material{{0.74f, 0.71f, 0.62f}, 3.5, 1.5, 0.05, 0.03} : black_plastic;
  body(painter, frame, part, 1.5, lot(plastic, random, 0.03));
  if (cream) {
    Material well = plastic;
    well.colour *= 0.62f;
    well.height = 1.8;
    painter.box(frame.placed(0, 1, 0), part.half_u - 4, part.half_v - 4, 1, well);
  }
  const auto pins = static_cast<int>(std::lround((2 * part.half_u - (cream ? 8 : 0)) / 12));
  for (int i = 0; i < pins; ++i) {
    const double u = (i - (pins - 1) / 2.0) * 12 + 0.15 * random.normal(), v = (cream ? 1 : 0) + 0.15 * random.normal();
    Material pin = lot(cream ? tin : gold, random, 0.05);
    pin.height = cream ? 3 : 4;
    painter.box(frame.placed(u, v, 0.05 * random.normal()), 2.1, 2.1, 0.7, pin);
  }
}

void paint_led(Painter& painter, const Frame& frame, const Part& part, Random& random) {
  paint_two_caps(painter, frame, part, lot({{0.78f, 0.78f, 0.74f}, 1.8, 0.8, 0.06, 0.02}, random, 0.03), random);
  painter.disc(frame, part.half_v * 0.72,
               lot({{0.80f, 0.72f, 0.30f}, 2.3, part.half_v * 0.7, 0.25, 0.02}, random, 0.05));
}

void paint_tantalum(Painter& painter, const Frame& frame, const Part& part, Random& random) {
  paint_two_caps(painter, frame, part, lot({{0.72f, 0.52f, 0.12f}, 2.4, 1.0, 0.06, 0.04}, random, 0.04), random);
  painter.box(frame.placed(-0.36 * part.half_u, 0, 0), 0.13 * part.half_u, part.half_v * 0.98, 0.1,
              {{0.33f, 0.16f, 0.06f}, 2.4, 0.6, 0.05, 0.04});
  painter.text(frame.placed(0.15 * part.half_u, 0, 0), part.marking, 0.6 * part.half_v, {0.3f, 0.18f, 0.08f}, 0.7);
}

void paint_crystal(Painter& painter, const Frame& frame, const Part& part, Random& random) {
  painter.shadow(frame, part.half_u, part.half_v, part.half_v, 3);
  body(painter, frame, part, part.half_v, lot({{0.55f, 0.55f, 0.55f}, 1.2, 0.8, 0.2, 0.02}, random, 0.03));
  painter.box(frame, part.half_u - 1.5, part.half_v - 1.5, part.half_v - 1.5,
              lot({{0.63f, 0.63f, 0.62f}, 3.0, 1.8, 0.28, 0.02}, random, 0.03));
  painter.text(frame, part.marking, 0.5 * part.half_v, {0.2f, 0.2f, 0.2f}, 0.75);
}

void paint_inductor(Painter& painter, const Frame& frame, const Part& part, Random& random) {
  painter.shadow(frame, part.half_u, part.half_v, 3, 4);
  paint_leads(painter, frame, part, random);
  body(painter, frame, part, 3, lot({{0.20f, 0.20f, 0.20f}, 3.4, 2.4, 0.05, 0.09}, random, 0.05));
  painter.text(frame, part.marking, 0.42 * part.half_v, print, 0.8);
}

std::vector<Terminal> row_of_leads(int count, double pitch, double at, double half_u, double half_v,
                                   std::initializer_list<double> sides) {
  std::vector<Terminal> all;
  for (const double degrees : sides)
    for (int i = 0; i < count; ++i) {
      const double along = (i - (count - 1) / 2.0) * pitch, c = std::cos(radians(degrees)),
                   s = std::sin(radians(degrees));
      all.push_back({c * at - s * along, s * at + c * along, degrees, half_u, half_v});
    }
  return all;
}

}  // namespace

std::vector<Terminal> terminals_of(const Part& part) {
  switch (part.kind) {
    case PartKind::chip:  // leads on four sides
      return row_of_leads(11, 4.8, part.half_u + 4, 4.2, 1.45, {0, 90, 180, 270});
    case PartKind::small_chip: {  // leads on two sides
      const int count = std::max(2, static_cast<int>(2 * part.half_v / 7.5));
      return row_of_leads(count, 7.5, part.half_u + 4, 4.0, 2.0, {0, 180});
    }
    case PartKind::inductor:
      return row_of_leads(1, 1, part.half_u, 4.0, 0.6 * part.half_v, {0, 180});
    case PartKind::can_capacitor:
      return row_of_leads(1, 1, part.half_u, 4.0, 3.0, {0, 180});
    case PartKind::crystal:
      return row_of_leads(1, 1, 0.6 * part.half_u, 3.0, 3.0, {0, 180});
    case PartKind::pin_header:
    case PartKind::connector:
      return {};
    default:
      return row_of_leads(1, 1, part.half_u - 0.4, 3.0, part.half_v + 0.9, {0, 180});
  }
}

void paint_pads(Painter& painter, const Frame& part_frame, const Part& part) {
  for (const Terminal& t : terminals_of(part)) {
    const Frame at = part_frame.placed(t.u, t.v, radians(t.degrees));
    Material plating = gold;
    plating.height = 0.2;
    painter.box(at, t.half_u, t.half_v, 0.5, plating);
    painter.box(at, t.half_u - 0.6, t.half_v - 0.4, 0.8, paste);
  }
}

void paint_part(Painter& painter, const Frame& part_frame, const Part& part, Random& random) {
  switch (part.kind) {
    case PartKind::resistor:
      paint_two_caps(painter, part_frame, part, lot({{0.075f, 0.08f, 0.085f}, 1.5, 0.6, 0.08, 0.05}, random, 0.06),
                     random);
      painter.text(part_frame, part.marking, 0.75 * part.half_v, {0.75f, 0.75f, 0.73f}, 0.85);
      return;
    case PartKind::ceramic_capacitor:
      paint_two_caps(painter, part_frame, part, lot({{0.45f, 0.34f, 0.23f}, 2.0, 0.9, 0.08, 0.03}, random, 0.07),
                     random);
      return;
    case PartKind::tantalum_capacitor:
      return paint_tantalum(painter, part_frame, part, random);
    case PartKind::can_capacitor:
      return paint_can(painter, part_frame, part, random);
    case PartKind::inductor:
      return paint_inductor(painter, part_frame, part, random);
    case PartKind::crystal:
      return paint_crystal(painter, part_frame, part, random);
    case PartKind::led:
      return paint_led(painter, part_frame, part, random);
    case PartKind::small_chip:
    case PartKind::chip:
      return paint_chip(painter, part_frame, part, random);
    case PartKind::pin_header:
    case PartKind::connector:
      return paint_header(painter, part_frame, part, random);
  }
}

}  // namespace adrep::synthetic
