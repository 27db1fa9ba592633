#pragma once
#include <ATen/ATen.h>

#include <cstdint>

namespace adrep {

/// log Σ exp of the products of rows and columns, along both axes.
struct PairLogSumExp {
  at::Tensor of_rows;     ///< [R]: over the columns; −inf when there are none
  at::Tensor of_columns;  ///< [K]: over the rows; undefined unless asked for
};

struct PairOptions {
  bool of_columns = false;    ///< compute of_columns as well
  bool without_self = false;  ///< row i does not count column i
  int64_t memory_bytes = int64_t{256} << 20;
};

/// The logarithms for rows [R, C] and columns [K, C], one chunk of rows after the other, forwards and backwards: the
/// products [R, K] never take more than `memory_bytes` (one row at least). Differentiable once, in rows and columns.
PairLogSumExp pair_log_sum_exp(const at::Tensor& rows, const at::Tensor& columns, const PairOptions& options = {});

}  // namespace adrep
