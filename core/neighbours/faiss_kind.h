#pragma once
#include <ATen/ATen.h>

#include <memory>
#include <string>

#include "core/neighbours/faiss_index.h"
#include "core/neighbours/proposals.h"

namespace adrep {

/// One of FAISS's indexes over a bank.
class FaissIndex::Kind {
 public:
  virtual ~Kind() = default;
  /// queries [n, C], contiguous -> k rows or more each.
  virtual Proposals propose(const at::Tensor& queries, int64_t k) const = 0;
};

/// What FaissIndex learns and builds, by kind (flat, which learns nothing, is in faiss_index.cpp); bank [R, C] on the
/// CPU, contiguous.
TensorMap learn_ivf(const at::Tensor& bank, const NeighbourSearchParams& params, uint64_t seed);
TensorMap learn_hnsw(uint64_t seed);
TensorMap learn_pq(const at::Tensor& bank, const NeighbourSearchParams& params, uint64_t seed);

std::unique_ptr<const FaissIndex::Kind> make_ivf(const at::Tensor& bank, const NeighbourSearchParams& params,
                                                 const TensorMap& learnt);
std::unique_ptr<const FaissIndex::Kind> make_hnsw(const at::Tensor& bank, const NeighbourSearchParams& params,
                                                  const TensorMap& learnt, const FaissIndex::Progress& progress);
std::unique_ptr<const FaissIndex::Kind> make_pq(const at::Tensor& bank, const NeighbourSearchParams& params,
                                                const TensorMap& learnt);

/// A learnt tensor of this shape and type. Throws InputError when it is not there or another.
at::Tensor learnt_tensor(const TensorMap& learnt, const std::string& key, at::IntArrayRef shape, at::ScalarType type);

}  // namespace adrep
