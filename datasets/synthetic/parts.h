#pragma once
#include <string>
#include <vector>

#include "datasets/synthetic/painter.h"

namespace adrep::synthetic {

enum class PartKind {
  resistor,
  ceramic_capacitor,
  tantalum_capacitor,
  can_capacitor,
  inductor,
  crystal,
  led,
  small_chip,
  chip,
  pin_header,
  connector
};

/// A component of a circuit board. Lengths in units of the board.
struct Part {
  PartKind kind;
  std::string label;    ///< printed beside it
  std::string marking;  ///< printed on it
  double u = 0, v = 0;
  double degrees = 0;
  double half_u = 0, half_v = 0;  ///< of its body
};

/// Places where a part is soldered, in its own frame.
struct Terminal {
  double u, v, degrees;
  double half_u, half_v;  ///< of its pad
};
std::vector<Terminal> terminals_of(const Part& part);

/// Bare pads with solder paste.
void paint_pads(Painter& painter, const Frame& part_frame, const Part& part);
/// Shadow, solder, leads, body and marking. `random` draws the tolerances of this one piece.
void paint_part(Painter& painter, const Frame& part_frame, const Part& part, Random& random);

}  // namespace adrep::synthetic
