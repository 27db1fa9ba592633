#include "datasets/synthetic/board_layout.h"

#include <cmath>
#include <numbers>

namespace adrep::synthetic {
namespace {

const Material laminate = {{0.045f, 0.215f, 0.115f}, 1.6, 1.2, 0.05, 0.03};
const Material coated_copper = {{0.07f, 0.31f, 0.17f}, 1.75, 0.4, 0.06, 0.03};
const Material plated = {{0.72f, 0.56f, 0.25f}, 1.8, 0.5, 0.30, 0.03};
const Material drilled = {{0.03f, 0.03f, 0.03f}, 0.9, 0.6, 0, 0};
const cv::Vec3f silk = {0.80f, 0.82f, 0.80f};

void via(Painter& painter, const Frame& board, double u, double v) {
  painter.disc(board.placed(u, v, 0), 2.3, plated);
  painter.disc(board.placed(u, v, 0), 1.0, drilled);
}

void track(Painter& painter, const Frame& frame, const std::vector<cv::Point2d>& corners, double width) {
  for (size_t i = 1; i < corners.size(); ++i) painter.line(frame, corners[i - 1], corners[i], width, coated_copper);
}

/// Tracks from the leads of one side of the big chip: straight, 45 degrees, straight, via.
void chip_tracks(Painter& painter, const Frame& side, double bend, double slant, double direction) {
  for (int k = -5; k <= 5; ++k) {
    const double v = 4.8 * k, turn = 42 + bend + direction * 1.9 * k, end = turn + slant + (k % 2 ? 6 : 13);
    const double aside = v + direction * slant;
    track(painter, side, {{36, v}, {turn, v}, {turn + slant, aside}, {end, aside}}, 1.7);
    via(painter, side, end, aside);
  }
}

void header_tracks(Painter& painter, const Frame& board) {
  for (int k = 0; k < 12; ++k) {
    const double u = -20 + (k - 5.5) * 12, top = 84 - (k % 3) * 5, shift = k < 6 ? -8 : 8;
    track(painter, board, {{u, 104}, {u, top + 8}, {u + shift, top}, {u + shift, top - 9}}, 1.7);
    via(painter, board, u + shift, top - 9);
  }
}

void power_tracks(Painter& painter, const Frame& board) {
  track(painter, board, {{86, -84}, {86, -56}, {86, -28}}, 7);
  track(painter, board, {{48, -92}, {70, -92}, {86, -84}}, 6);
  track(painter, board, {{84, -14}, {84, 8}, {64, 28}, {64, 40}}, 5);
  track(painter, board, {{-44, -96}, {-44, -84}, {-70, -72}, {-112, -72}, {-112, 80}}, 4);
  track(painter, board, {{-112, 80}, {-104, 92}, {-90, 104}}, 4);
  for (double v = -60; v <= 70; v += 13) via(painter, board, -121, v);
  for (double v = -60; v <= 84; v += 12) via(painter, board, 122, v);
}

void print_labels(Painter& painter, const Frame& board) {
  for (const Part& part : board_parts()) {
    const double turn = part.degrees * std::numbers::pi / 180;
    const double leads = part.kind == PartKind::chip || part.kind == PartKind::small_chip ? 9 : 5;
    const double reach_u =
        std::abs(std::cos(turn)) * (part.half_u + leads) + std::abs(std::sin(turn)) * (part.half_v + 2);
    const double reach_v =
        std::abs(std::sin(turn)) * (part.half_u + leads) + std::abs(std::cos(turn)) * (part.half_v + 2);
    const bool beside = part.half_u < 8 && part.degrees == 0;
    const double u = part.u + (beside ? reach_u + 4.5 : 0), v = part.v + (beside ? 0 : -reach_v - 3);
    painter.text(board.placed(u, v, 0), part.label, 4.2, silk, 0.8);
  }
  painter.text(board.placed(52, 92, 0), "AD-REP", 6.5, silk, 0.85);
  painter.text(board.placed(78, 121, 0), "REV B 94V-0", 4.2, silk, 0.75);
}

}  // namespace

const std::vector<Part>& board_parts() {
  using enum PartKind;
  static const std::vector<Part> parts = {
      {chip, "U1", "MX7-32", -18, -14, 0, 30, 30},
      {small_chip, "U2", "TL084", 84, 58, 0, 13, 27},
      {small_chip, "U3", "7K", 46, 8, 90, 5, 8},
      {can_capacitor, "E1", "470", 86, -88, 0, 17, 17},
      {can_capacitor, "E2", "220", 48, -92, 90, 13, 13},
      {inductor, "L1", "220", 88, -26, 90, 14, 14},
      {crystal, "Y1", "16.0", -90, -14, 90, 18, 7},
      {pin_header, "J1", "", -20, 110, 0, 72, 6.5},
      {connector, "J2", "", -52, -108, 0, 34, 11},
      {led, "D1", "", 8, -112, 0, 5.5, 3.6},
      {led, "D2", "", 8, -98, 0, 5.5, 3.6},
      {resistor, "R1", "103", 50, -62, 0, 7, 3.8},
      {resistor, "R2", "472", 50, -48, 0, 7, 3.8},
      {resistor, "R3", "103", 50, -34, 0, 7, 3.8},
      {resistor, "R4", "220", -94, 40, 0, 7, 3.8},
      {resistor, "R5", "220", -94, 54, 0, 7, 3.8},
      {resistor, "R6", "101", -94, 68, 0, 7, 3.8},
      {resistor, "R7", "000", -8, -80, 90, 7, 3.8},
      {resistor, "R8", "103", 12, -76, 90, 7, 3.8},
      {tantalum_capacitor, "T1", "A6", -60, 58, 0, 10, 6},
      {tantalum_capacitor, "T2", "A6", 40, 62, 90, 10, 6},
      {ceramic_capacitor, "C1", "", -34, 48, 90, 6.5, 4},
      {ceramic_capacitor, "C2", "", -14, 48, 90, 6.5, 4},
      {ceramic_capacitor, "C3", "", 8, 48, 90, 6.5, 4},
      {ceramic_capacitor, "C4", "", -64, -66, 0, 6.5, 4},
      {ceramic_capacitor, "C5", "", -94, -50, 0, 6.5, 4},
      {ceramic_capacitor, "C6", "", -30, -80, 90, 6.5, 4},
      {ceramic_capacitor, "C7", "", 50, -18, 0, 6.5, 4},
  };
  return parts;
}

void paint_bare_board(Painter& painter, const Frame& board, Random& random) {
  painter.shadow(board, board_half, board_half, 6, 5);
  Material green = laminate;
  green.colour *= static_cast<float>(random.uniform(0.93, 1.07));
  painter.box(board, board_half, board_half, 6, green);
  constexpr double turn = std::numbers::pi / 2;
  const Frame chip = board.placed(-18, -14, 0);
  chip_tracks(painter, chip, 0, 10, 1);
  chip_tracks(painter, chip.placed(0, 0, turn), 4, 8, -1);
  chip_tracks(painter, chip.placed(0, 0, 2 * turn), 2, 9, 1);
  chip_tracks(painter, chip.placed(0, 0, 3 * turn), 0, 7, -1);
  header_tracks(painter, board);
  power_tracks(painter, board);
  for (const double u : {-117.0, 117.0})
    for (const double v : {-117.0, 117.0}) {
      painter.disc(board.placed(u, v, 0), 9, plated);
      painter.disc(board.placed(u, v, 0), 5.5, drilled);
    }
  print_labels(painter, board);
}

}  // namespace adrep::synthetic
