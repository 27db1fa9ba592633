#pragma once
#include <ATen/ATen.h>

#include <memory>

#include "core/neighbours/proposals.h"

namespace faiss {
struct IndexFlat;
}

namespace adrep {

/// FAISS's flat index over some rows. It proposes; how the caller measures the proposed rows may differ by rounding.
class FaissFlat {
 public:
  enum class Measure { squared_distance, product };

  /// rows [R, C] float32 on the CPU, R ≥ 1. For squared distances with the mean subtracted from rows and queries, the
  /// margin for rounding is smaller.
  FaissFlat(const at::Tensor& rows, Measure measure);
  ~FaissFlat();

  /// queries [Q, C] contiguous -> min(width, R) rows each. `others` are the smallest squared distance and the largest
  /// product at which another row may be measured (rounding.h).
  Proposals propose(const at::Tensor& queries, int64_t width) const;

 private:
  Measure measure_;
  double longest_;  // squared norm
  std::unique_ptr<faiss::IndexFlat> index_;
};

}  // namespace adrep
