#pragma once
#include <cstdint>
#include <vector>

#include "core/representation/representation.h"

namespace adrep {

/// How a feature finds its reference: highest cosine similarity (reference code, C) or nearest in L2 (paper, P).
enum class Match { cosine, l2 };

/// Features of the references of one class: one tensor [R_l, C_l] a level, rows in the order (reference, row, column).
struct ReferenceBank {
  std::vector<at::Tensor> rows;
  std::vector<std::string> files;  ///< the reference images, relative to the data root
  uint64_t seed = 0;
};

/// For every query row the index of its reference; of equally good ones the lowest index.
/// queries [Q, C], bank [R, C] -> int64 [Q]. Memory beyond inputs and output is bounded by `memory_bytes`.
at::Tensor match_references(const at::Tensor& queries, const at::Tensor& bank, Match match,
                            int64_t memory_bytes = int64_t{256} << 20);

/// feature − matched (un-normalised) reference (paper Sec. 3.1; protocol §4). features [B, C, H, W], bank [R, C].
at::Tensor residual(const at::Tensor& features, const at::Tensor& bank, Match match);

class ResidualRepresentation final : public Representation {
 public:
  ResidualRepresentation(ReferenceBank bank, Match match) : bank_(std::move(bank)), match_(match) {}
  std::string name() const override { return "residual"; }
  Levels apply(const Levels& levels) const override;
  const ReferenceBank& bank() const { return bank_; }

 private:
  ReferenceBank bank_;
  Match match_;
};

}  // namespace adrep
