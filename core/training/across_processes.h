#pragma once
#include "core/io/safetensors.h"
#include "core/training/process_group.h"

namespace adrep {

/// Sums and gathers with gradients. Every process has its part of the data and of a loss L = Σ parts; each computes the
/// whole L by way of sum_across, and differentiates it: then it holds the gradient of L by way of its own data, and the
/// sum of the processes' parameter gradients is the gradient of L. Processes must hold graphs of the same operations.

/// Sum over the processes; backwards each process's part gets the gradient as it is. Alone: `values` itself.
at::Tensor sum_across(const at::Tensor& values, const ProcessGroup& group);

/// Mean of values whose number is the same in every process, over all of them: 0-dim.
at::Tensor mean_across(const at::Tensor& values, const ProcessGroup& group);

/// [...] -> [size, ...]; backwards the gradients of all processes are summed.
at::Tensor gather_across(const at::Tensor& values, const ProcessGroup& group);

/// Rows of all processes, those of rank 0 first.
struct GatheredRows {
  at::Tensor rows;    ///< [Σ R_r, C]
  int64_t first = 0;  ///< where this process's rows begin
};
/// rows [R_r, C], of which every process may have another number; backwards as gather_across.
GatheredRows gather_rows_across(const at::Tensor& rows, const ProcessGroup& group);

/// Replaces the gradient of every parameter that has one by the sum over the processes.
void sum_gradients(const TensorMap& parameters, const ProcessGroup& group);

}  // namespace adrep
