#pragma once
#include <cstdint>
#include <vector>

#include "core/representation/representation.h"

namespace adrep {

/// How a feature finds its reference: highest cosine similarity (reference code, C) or nearest in L2 (paper, P).
enum class Match { cosine, l2 };

/// How matching is carried out; its result does not depend on it.
struct MatchOptions {
  int64_t memory_bytes = int64_t{256} << 20;
  bool faiss = false;  ///< by FAISS's flat index, on the CPU only (faiss_matching.h)
};

/// For every query row the index of its reference; of equally good ones the lowest index.
/// queries [Q, C], bank [R, C] -> int64 [Q]. Both are taken in chunks, so that memory beyond inputs, output and 4 bytes
/// a query is at most `memory_bytes` (but at least a chunk of a few hundred rows); the chunks change no value.
at::Tensor match_references(const at::Tensor& queries, const at::Tensor& bank, Match match,
                            const MatchOptions& options = {});

/// feature − matched (un-normalised) reference (paper Sec. 3.1; protocol §4). features [B, C, H, W], bank [R, C].
at::Tensor residual(const at::Tensor& features, const at::Tensor& bank, Match match, const MatchOptions& options = {});

class ResidualRepresentation final : public Representation {
 public:
  ResidualRepresentation(ReferenceBank bank, Match match, const MatchOptions& options = {})
      : bank_(std::move(bank)), match_(match), options_(options) {}
  std::string name() const override { return "residual"; }
  Levels apply(const Levels& levels) const override;
  std::unique_ptr<Representation> with(ReferenceBank bank) const override;
  const ReferenceBank& bank() const { return bank_; }

 private:
  ReferenceBank bank_;
  Match match_;
  MatchOptions options_;
};

}  // namespace adrep
