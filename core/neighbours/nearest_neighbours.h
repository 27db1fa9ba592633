#pragma once
#include <ATen/ATen.h>

#include <cstdint>
#include <vector>

#include "core/neighbours/packed_rows.h"

namespace adrep {

/// The k nearest rows of every query, nearest first.
struct Neighbours {
  at::Tensor squared_distances;  ///< [Q, k] float32, each computed as Σ (q − b)²: nothing cancels, 0 for an equal row
  at::Tensor rows;               ///< [Q, k] int64; of equally near rows the lowest
};

/// Exact nearest neighbours in squared L2 (FAISS's flat index in the reference code).
///
/// Tiles of queries and rows meet in a matrix product whose values only rule out (PairFilter); what may be among the k
/// nearest is measured exactly. So a query's result depends neither on the other queries nor on the number of threads.
class NearestNeighbours {
 public:
  /// bank [R, C] float32, R ≥ 1; kept together with a copy that has the mean subtracted.
  explicit NearestNeighbours(at::Tensor bank);

  /// queries [Q, C] on the bank's device, 1 ≤ k ≤ R. Needs at most `memory_bytes` on an accelerator; on the CPU
  /// a few MiB a thread, and for thousands of queries the bank's size, if that is a quarter of `memory_bytes` or less.
  Neighbours search(const at::Tensor& queries, int64_t k, int64_t memory_bytes = int64_t{1} << 30) const;

  const at::Tensor& bank() const { return bank_; }

 private:
  void search_tile(const at::Tensor& queries, const std::vector<PackedRows>& bank, int64_t k, float* distances,
                   int64_t* rows, const at::Tensor& products) const;
  Neighbours search_on_device(const at::Tensor& queries, int64_t k, int64_t memory_bytes) const;

  at::Tensor bank_, mean_, centred_;
  at::Tensor norms_;  // |b − mean|² [R], shrunken on the CPU (PairFilter)
  float largest_norm_ = 0;
};

}  // namespace adrep
