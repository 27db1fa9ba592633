#pragma once
#include <ATen/ATen.h>

#include <cstdint>
#include <string_view>

namespace adrep {

/// How a feature finds its reference: highest cosine similarity (reference code, C) or nearest in L2 (paper, P).
enum class Match { cosine, l2 };

/// Between it and its name, "cosine" or "l2", as settings and files have it.
inline Match match_of(std::string_view name) {
  return name == "l2" ? Match::l2 : Match::cosine;
}
inline const char* match_name(Match match) {
  return match == Match::l2 ? "l2" : "cosine";
}

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

}  // namespace adrep
