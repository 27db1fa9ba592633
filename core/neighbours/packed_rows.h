#pragma once
#include <ATen/ATen.h>

#include <cstdint>

namespace adrep {

/// Rows that many tiles of queries are multiplied with on the CPU. Packed once by MKL where this LibTorch has it: a
/// sixth faster on an Intel machine. The products' rounding may differ from that of a plain product.
class PackedRows {
 public:
  /// rows [R, C] float32, contiguous; packed, into about as much memory again, for tiles of so many queries, or not
  /// (`tile` = 0).
  PackedRows(at::Tensor rows, int64_t tile);

  /// queries [Q, C] -> queries · rowsᵀ [Q, R]; `buffer`: at least Q·R floats, which the result may lie in.
  at::Tensor products(const at::Tensor& queries, const at::Tensor& buffer) const;

  int64_t size() const { return rows_.size(0); }

 private:
  at::Tensor rows_, packed_;
  int64_t tile_;
};

}  // namespace adrep
