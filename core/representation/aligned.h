#pragma once
#include <ATen/ATen.h>

#include <cstdint>
#include <vector>

namespace adrep {

/// Where the blocks of one axis begin and end: block u covers ⌊u·size/grid⌋ to ⌊(u+1)·size/grid⌋ − 1; grid + 1 numbers.
std::vector<int64_t> block_bounds(int64_t size, int64_t grid);

/// The histogram of every feature of a block: its cosine similarities to all centres, divided by their sum.
/// Similarities below 1e-6 count as 1e-6, which keeps the divergence of features with negative or zero similarities
/// (a backbone without ReLU, a zero vector) defined; the paper's are positive.
/// features [B, C, h, w], centers [K, C] -> float32 [B, h·w, K].
at::Tensor block_histograms(const at::Tensor& features, const at::Tensor& centers);

/// The k-means centres of every block's features over all normal images: features [N, C, H, W] of a CNN's first stage
/// -> float32 [S², Nc, C], block (u, v) at u·S + v. The seed decides the starts; threads change nothing. The paper
/// gives S = 5 and Nc = 5. Throws Error when H or W is smaller than S.
at::Tensor block_centers(const at::Tensor& features, int64_t grid, int64_t per_block, uint64_t seed);

/// Semantic-aligned reference matching (paper Appendix C; protocol §4, "aligned"): which normal images look most like a
/// query, place by place. The normals' histograms are kept (float32, H·W·S²·Nc a normal image); a query costs its own
/// histograms and one product with them. The divergences are computed in double.
class AlignedReferences {
 public:
  /// features of the normal images [N, C, H, W] (a CNN's first stage); k-means centres of every block [S², Nc, C],
  /// block (u, v) at u·S + v. Throws Error when shapes do not fit or H or W is smaller than S.
  AlignedReferences(const at::Tensor& features, const at::Tensor& centers);

  /// For every block the largest KL(reference ‖ query) of its positions: queries [T, C, H, W] -> double [T, N, S, S].
  at::Tensor block_divergences(const at::Tensor& queries) const;

  /// Their mean over the blocks (Eq. 9): queries [T, C, H, W] -> double [T, N].
  at::Tensor distances(const at::Tensor& queries) const;

  /// The `count` nearest references of every query, nearest first, of equally near ones the lowest index:
  /// queries [T, C, H, W] -> int64 [T, min(count, N)].
  at::Tensor nearest(const at::Tensor& queries, int64_t count) const;

  int64_t size() const { return references_; }
  int64_t grid() const { return grid_; }

 private:
  struct Block {
    at::Tensor histograms;  // float32 [P, N, K]
    at::Tensor self_terms;  // double [P, N]: Σ_k (h·ln h − h)
  };

  at::Tensor block_of(const at::Tensor& features, int64_t u, int64_t v) const;
  at::Tensor divergence(const Block& block, const at::Tensor& queries) const;
  void require_features(const at::Tensor& features) const;

  int64_t references_ = 0, grid_ = 0, channels_ = 0;
  std::vector<int64_t> rows_, columns_;  // block bounds
  at::Tensor centers_;                   // [K = S²·Nc, C]
  std::vector<Block> blocks_;            // u·S + v
};

}  // namespace adrep
