#pragma once
#include <cstdint>
#include <limits>

namespace adrep {

/// The k nearest rows of one query as they are found in any order: (distance, row) ascending, of equally near rows the
/// lowest first. Lies in the caller's memory.
class NearestRows {
 public:
  /// distances [k] and rows [k] are filled with ∞ and 0.
  NearestRows(float* distances, int64_t* rows, int64_t k);

  /// A row that is there already is left out.
  void add(float distance, int64_t row);
  /// That of the k-th row, or ∞ while there are fewer.
  float farthest() const { return distances_[k_ - 1]; }

 private:
  float* distances_;
  int64_t* rows_;
  int64_t k_;
};

}  // namespace adrep
