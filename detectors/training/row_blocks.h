#pragma once
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cstdint>

namespace adrep {

/// Rows whose elementwise work is done together: a few operations' tensors of so many stay in a core's cache.
constexpr int64_t block_rows = 64;

/// Into how many blocks for_row_blocks divides the rows of [N, C]; all rows are one block on an accelerator.
inline int64_t row_blocks(const at::Tensor& tensor) {
  return tensor.is_cpu() ? (tensor.size(0) + block_rows - 1) / block_rows : 1;
}

/// Calls visit(block, first row, number of rows) for the blocks of the rows of [N, C], in parallel and without
/// recording gradients. The blocks do not depend on the number of threads, so neither does a sum of sums over them.
template <class Visit>
void for_row_blocks(const at::Tensor& tensor, Visit&& visit) {
  const int64_t rows = tensor.size(0), each = tensor.is_cpu() ? block_rows : std::max<int64_t>(rows, 1);
  at::parallel_for(0, row_blocks(tensor), 1, [&](int64_t begin, int64_t end) {
    const at::NoGradGuard no_grad;  // of this thread
    for (int64_t k = begin; k < end; ++k) visit(k, k * each, std::min(each, rows - k * each));
  });
}

}  // namespace adrep
