#pragma once
#include <ATen/ATen.h>

#include <cstdint>

#include "core/neighbours/packed_rows.h"
#include "core/neighbours/pair_filter.h"

namespace adrep {

/// Rules rows of a bank out by a product with all of them (PairFilter) and measures what may be among the k nearest.
/// What it finds is what a plain loop finds.
class ProductSearch {
 public:
  /// bank [R, C] float32 on the CPU, contiguous, its mean [C]. `keep_centred`: a copy with the mean subtracted is kept,
  /// for many searches.
  ProductSearch(at::Tensor bank, at::Tensor mean, bool keep_centred);

  /// All rows, packed for tiles of so many queries (PackedRows).
  std::vector<PackedRows> packed_for(int64_t query_tile) const;

  /// The k nearest rows of queries [T, C], into distances [T, k] and rows [T, k]. packed: all rows, or empty.
  /// buffer: T · row_tile() floats.
  void search_tile(const at::Tensor& queries, int64_t k, float* distances, int64_t* rows,
                   const std::vector<PackedRows>& packed, const at::Tensor& buffer) const;

  static constexpr int64_t row_tile() { return 1024; }  // a multiple of 64, where MKL is fast

 private:
  at::Tensor centred_part(int64_t first) const;

  at::Tensor bank_, mean_, centred_;
  PairFilter filter_;
  at::Tensor norms_;
  float largest_norm_;
};

}  // namespace adrep
