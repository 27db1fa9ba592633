#pragma once
#include <ATen/ATen.h>

#include <cstdint>
#include <functional>
#include <memory>

#include "core/io/safetensors.h"
#include "core/neighbours/nearest_neighbours.h"
#include "core/neighbours/search_params.h"

namespace adrep {

/// Nearest rows through one of FAISS's indexes, which a build has when FAISS was installed (Debian: libfaiss-dev):
/// flat, IVF (inverted lists of k-means; Sivic and Zisserman 2003), HNSW (a graph of neighbours; Malkov and Yashunin
/// 2018) or PQ (product quantisation; Jégou et al. 2011). They only propose rows. Their distances are then measured as
/// NearestNeighbours does, so for flat, where rounding cannot hide a nearer row, both give the same bits; a query for
/// which it could, or for which too few rows are proposed, is compared with the whole bank.
///
/// The seed and the bank alone decide the result: not the other queries, nor the number of threads. So no step of
/// FAISS's takes part in whose sums the order depends on them: k-means assigns by NearestNeighbours, and rows enter the
/// graph one at a time. It searches on the CPU, whatever the device.
class FaissIndex {
 public:
  using Progress = std::function<void(int64_t done, int64_t total)>;

  /// What the index needs to know besides its bank [R, C] float32, R ≥ 1: "centroids" of IVF [lists, C], "seed" of HNSW
  /// [1], "codebooks" [parts, 2^bits, C / parts] and "codes" [R, bytes] of PQ; nothing for flat.
  static TensorMap learn(const at::Tensor& bank, const NeighbourSearchParams& params, uint64_t seed);

  /// Builds it from the bank and what was learnt; equal inputs give equal indexes. FAISS's own file format is not used:
  /// its reader trusts the file, while these tensors are checked by their shapes. Throws InputError when they do not
  /// fit.
  FaissIndex(const at::Tensor& bank, const NeighbourSearchParams& params, const TensorMap& learnt,
             const Progress& progress = {});
  ~FaissIndex();

  /// queries [Q, C], 1 ≤ k ≤ R; on the queries' device.
  Neighbours search(const at::Tensor& queries, int64_t k) const;

  class Kind;  // faiss_kind.h

 private:
  at::Tensor bank_;  // on the CPU
  std::unique_ptr<const Kind> kind_;
};

}  // namespace adrep
