#pragma once
#include <ATen/ATen.h>

#include <cstdint>
#include <optional>

#include "core/neighbours/projection.h"
#include "core/neighbours/short_rows.h"

namespace adrep {

/// Rules rows of a bank out in three steps: by products of few coordinates for all of them, by a few coordinates more
/// for those that are left (projection.h), by products of integers (short_rows.h); and measures what is left then. What
/// it finds is what a plain loop finds.
class BoundedSearch {
 public:
  /// For a bank [R, C] on the CPU, contiguous, with this mean [C]; nothing where it does not pay: few rows or channels,
  /// or rows that lie in no few directions. Decided by how many rows the few coordinates leave for some of the bank's
  /// own.
  static std::optional<BoundedSearch> for_bank(const at::Tensor& bank, const at::Tensor& mean);

  /// The k nearest rows of queries [T, C], into distances [T, k] and rows [T, k]; contiguous; T ≤ tile(). False, with
  /// nothing found, where so many rows are left that products with all of them cost less.
  bool search_tile(const at::Tensor& queries, int64_t k, float* distances, int64_t* rows) const;

  static constexpr int64_t tile() { return 128; }

 private:
  class Tile;
  BoundedSearch(at::Tensor bank, at::Tensor mean, const at::Tensor& directions);

  at::Tensor bank_, mean_;
  Projection projection_;
  PairFilter short_filter_;
  std::optional<ProjectedRows> projected_;
  std::optional<ShortRows> short_rows_;
  float largest_norm_ = 0;
};

}  // namespace adrep
