#include "core/neighbours/nearest_rows.h"

#include <algorithm>

namespace adrep {

NearestRows::NearestRows(float* distances, int64_t* rows, int64_t k) : distances_(distances), rows_(rows), k_(k) {
  std::fill_n(distances_, k_, std::numeric_limits<float>::infinity());
  std::fill_n(rows_, k_, int64_t{0});
}

void NearestRows::add(float distance, int64_t row) {
  const auto before = [&](int64_t place) {
    return distance < distances_[place] || (distance == distances_[place] && row < rows_[place]);
  };
  if (!before(k_ - 1)) return;
  int64_t place = k_ - 1;
  while (place > 0 && before(place - 1)) --place;
  if (place > 0 && distances_[place - 1] == distance && rows_[place - 1] == row) return;
  std::copy_backward(distances_ + place, distances_ + k_ - 1, distances_ + k_);
  std::copy_backward(rows_ + place, rows_ + k_ - 1, rows_ + k_);
  distances_[place] = distance;
  rows_[place] = row;
}

}  // namespace adrep
