#pragma once
#include <cstdint>
#include <vector>

namespace adrep {

inline constexpr int64_t panel_rows = 64;   ///< rows that are matched together
inline constexpr int64_t tile_queries = 4;  ///< queries that are matched together

/// For each of `tile_queries` queries [tile_queries, width] the best row of one panel: the first with the largest
/// bias + scale · query·row, where that is larger than best[q]; its place in the panel, plus `first_row`, goes to
/// index[q]. The panel [width, panel_rows] holds the rows as columns, aligned to 64 bytes as LibTorch's memory is.
/// Every product is summed channel by channel, so equal rows get equal values wherever they stand, on every machine.
using MatchPanel = void (*)(const float* queries, int64_t width, const float* panel, const float* bias, float scale,
                            int64_t first_row, float* best, int64_t* index);

/// The one for the widest vectors of this machine.
MatchPanel match_panel_of_machine();

/// All that this machine can run, the widest first. They give the same bits.
std::vector<MatchPanel> match_panels();

}  // namespace adrep
