#pragma once
#include <vector>

#include "datasets/synthetic/parts.h"

namespace adrep::synthetic {

/// Half the side of the square board; (0, 0) is its middle. 320 units are the side of the picture.
inline constexpr double board_half = 132;

/// The components of the board, the same on every piece.
const std::vector<Part>& board_parts();

/// Board, copper, holes and print, without components. `board` is the board's frame.
void paint_bare_board(Painter& painter, const Frame& board, Random& random);

}  // namespace adrep::synthetic
