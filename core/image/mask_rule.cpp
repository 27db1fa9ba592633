#include "core/image/mask_rule.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "core/base/error.h"

namespace adrep {
namespace {

/// How much of each source pixel a new one covers along one side. Lengths are in units of which a source pixel has
/// `out` and a new pixel `in`, so that all are whole.
struct Cover {
  int first = 0;
  std::vector<int64_t> parts;
};

Cover cover_of(int64_t in, int64_t out, int64_t place) {
  const int64_t begin = place * in, end = begin + in;
  Cover cover{static_cast<int>(begin / out), {}};
  for (int64_t pixel = cover.first; pixel * out < end; ++pixel)
    cover.parts.push_back(std::min(end, (pixel + 1) * out) - std::max(begin, pixel * out));
  return cover;
}

std::vector<Cover> covers_of(int in, int out, int start, int count) {
  std::vector<Cover> covers;
  for (int i = 0; i < count; ++i) covers.push_back(cover_of(in, out, start + i));
  return covers;
}

}  // namespace

Image marked(const Image& mask, const MaskRule& rule) {
  ADREP_ASSERT(mask.channels == 1, "a mask of {} channels", mask.channels);
  std::array<uint8_t, 256> marks{};
  for (size_t value = 0; value < marks.size(); ++value) marks[value] = rule.marks(static_cast<double>(value)) ? 1 : 0;
  Image result = mask;
  for (uint8_t& value : result.pixels) value = marks[value];
  return result;
}

Image resize_covering(const Image& mask, int width, int height, const Window& window, MaskResize resize) {
  ADREP_ASSERT(resize != MaskResize::nearest && mask.channels == 1, "not a mask to be covered");
  ADREP_ASSERT(window.inside(width, height), "a window outside {} × {} pixels", width, height);
  const std::vector<Cover> columns = covers_of(mask.width, width, window.left, window.width),
                           rows = covers_of(mask.height, height, window.top, window.height);
  const int64_t whole = int64_t{mask.width} * mask.height;
  Image result(window.width, window.height, 1);
  std::vector<int64_t> sums(static_cast<size_t>(window.width));  // anomalous area below each pixel of a row
  for (int y = 0; y < window.height; ++y) {
    std::fill(sums.begin(), sums.end(), 0);
    const Cover& row = rows[static_cast<size_t>(y)];
    for (size_t r = 0; r < row.parts.size(); ++r) {
      const uint8_t* from = mask.at(row.first + static_cast<int>(r), 0);
      for (size_t x = 0; x < columns.size(); ++x) {
        int64_t length = 0;
        for (size_t c = 0; c < columns[x].parts.size(); ++c)
          if (from[static_cast<size_t>(columns[x].first) + c] != 0) length += columns[x].parts[c];
        sums[x] += length * row.parts[r];
      }
    }
    for (size_t x = 0; x < sums.size(); ++x)
      *result.at(y, static_cast<int>(x)) = resize == MaskResize::any ? sums[x] > 0 : 2 * sums[x] >= whole;
  }
  return result;
}

}  // namespace adrep
