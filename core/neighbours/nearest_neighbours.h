#pragma once
#include <ATen/ATen.h>

#include <cstdint>
#include <optional>

#include "core/neighbours/bounded_search.h"
#include "core/neighbours/product_search.h"

namespace adrep {

/// The k nearest rows of every query, nearest first.
struct Neighbours {
  at::Tensor squared_distances;  ///< [Q, k] float32, each computed as Σ (q − b)²: nothing cancels, 0 for an equal row
  at::Tensor rows;               ///< [Q, k] int64; of equally near rows the lowest
};

/// Exact nearest neighbours in squared L2 (FAISS's flat index in the reference code).
///
/// Tiles of queries and rows meet in a matrix product whose values only rule out: a product of few coordinates where
/// that pays (BoundedSearch), else of all (ProductSearch). What may be among the k nearest is measured exactly. So a
/// query's result depends neither on the other queries nor on the number of threads.
class NearestNeighbours {
 public:
  /// bank [R, C] float32, R ≥ 1. Kept together with an eighth of its size, or, where the bound does not pay, with a
  /// copy that has the mean subtracted.
  explicit NearestNeighbours(at::Tensor bank);

  /// queries [Q, C] on the bank's device, 1 ≤ k ≤ R. Needs at most `memory_bytes` on an accelerator; on the CPU
  /// a few MiB a thread, and, where products of all coordinates rule out, for thousands of queries and wide rows the
  /// bank's size, if that is a quarter of `memory_bytes` or less.
  Neighbours search(const at::Tensor& queries, int64_t k, int64_t memory_bytes = int64_t{1} << 30) const;

  const at::Tensor& bank() const { return bank_; }
  bool is_bounded() const { return bounded_.has_value(); }

 private:
  void search_by_bound(const at::Tensor& queries, const Neighbours& found) const;
  void search_by_products(const at::Tensor& queries, const Neighbours& found, int64_t memory_bytes) const;
  Neighbours search_on_device(const at::Tensor& queries, int64_t k, int64_t memory_bytes) const;

  at::Tensor bank_, mean_;
  std::optional<BoundedSearch> bounded_;   // on the CPU
  std::optional<ProductSearch> products_;  // on the CPU
  at::Tensor centred_, norms_;             // on an accelerator: |b − mean|² [R]
};

}  // namespace adrep
