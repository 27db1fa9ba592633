#include "core/representation/aligned.h"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <fmt/ranges.h>

#include <cmath>

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/neighbours/kmeans.h"

namespace adrep {
namespace {

constexpr double smallest_similarity = 1e-6;  // of the order of a float32 cosine's rounding error

at::Tensor unit_length(const at::Tensor& x, int64_t dim) {
  return x / at::linalg_vector_norm(x, 2, at::IntArrayRef{dim}, true).clamp_min(1e-12);
}

}  // namespace

std::vector<int64_t> block_bounds(int64_t size, int64_t grid) {
  if (grid < 1 || size < grid) throw_failure("{} positions cannot be divided into {} blocks", size, grid);
  std::vector<int64_t> bounds;
  for (int64_t u = 0; u <= grid; ++u) bounds.push_back(u * size / grid);
  return bounds;
}

at::Tensor block_histograms(const at::Tensor& features, const at::Tensor& centers) {
  const at::Tensor x = unit_length(features.to(at::kDouble).flatten(2), 1).transpose(1, 2);  // [B, h·w, C]
  const at::Tensor c = unit_length(centers.to(at::kDouble), 1);
  const at::Tensor cosine = at::matmul(x, c.t()).clamp_min(smallest_similarity);
  return (cosine / cosine.sum(2, true)).to(at::kFloat);
}

at::Tensor block_centers(const at::Tensor& features, int64_t grid, int64_t per_block, uint64_t seed) {
  const at::NoGradGuard no_grad;
  const std::vector<int64_t> rows = block_bounds(features.size(2), grid),
                             columns = block_bounds(features.size(3), grid);
  std::vector<at::Tensor> points;  // of each block [N·h·w, C]
  for (int64_t u = 0; u < grid; ++u)
    for (int64_t v = 0; v < grid; ++v) {
      const auto row = static_cast<size_t>(u), column = static_cast<size_t>(v);
      points.push_back(features.slice(2, rows[row], rows[row + 1])
                           .slice(3, columns[column], columns[column + 1])
                           .permute({0, 2, 3, 1})
                           .reshape({-1, features.size(1)})
                           .cpu()
                           .contiguous());
    }
  std::vector<at::Tensor> centers(points.size());
  at::parallel_for(0, grid * grid, 1, [&](int64_t begin, int64_t end) {
    for (int64_t b = begin; b < end; ++b)
      centers[static_cast<size_t>(b)] =
          kmeans(points[static_cast<size_t>(b)], per_block, derive_seed(seed, fmt::format("block {}", b))).centers;
  });
  return at::stack(centers).to(features.device());
}

AlignedReferences::AlignedReferences(const at::Tensor& features, const at::Tensor& centers) {
  const at::NoGradGuard no_grad;
  if (features.dim() != 4 || features.size(0) < 1)
    throw_failure("aligned matching needs features [N, C, H, W], N ≥ 1, not [{}]", fmt::join(features.sizes(), ", "));
  if (centers.dim() != 3) throw_failure("aligned matching needs centres [S², Nc, C]");
  grid_ = std::lround(std::sqrt(static_cast<double>(centers.size(0))));
  if (grid_ * grid_ != centers.size(0))
    throw_failure("aligned matching needs the centres of S×S blocks, not of {}", centers.size(0));
  references_ = features.size(0);
  channels_ = centers.size(2);
  rows_ = block_bounds(features.size(2), grid_);
  columns_ = block_bounds(features.size(3), grid_);
  centers_ = centers.flatten(0, 1);
  require_features(features);
  for (int64_t u = 0; u < grid_; ++u)
    for (int64_t v = 0; v < grid_; ++v) {
      const at::Tensor h = block_histograms(block_of(features, u, v), centers_).transpose(0, 1).contiguous();
      const at::Tensor exact = h.to(at::kDouble);
      blocks_.push_back({h, (exact * exact.log() - exact).sum(2)});
    }
}

at::Tensor AlignedReferences::block_of(const at::Tensor& features, int64_t u, int64_t v) const {
  const auto row = static_cast<size_t>(u), column = static_cast<size_t>(v);
  return features.slice(2, rows_[row], rows_[row + 1]).slice(3, columns_[column], columns_[column + 1]);
}

void AlignedReferences::require_features(const at::Tensor& features) const {
  if (features.dim() == 4 && features.size(1) == channels_ && features.size(2) == rows_.back() &&
      features.size(3) == columns_.back())
    return;
  throw_failure("aligned matching needs features [*, {}, {}, {}], not [{}]", channels_, rows_.back(), columns_.back(),
                fmt::join(features.sizes(), ", "));
}

/// Largest KL(reference ‖ query) over the positions of one block: queries, histograms [T, P, K] -> double [T, N].
at::Tensor AlignedReferences::divergence(const Block& block, const at::Tensor& queries) const {
  // Σ h·ln(h/q) − h + q is KL for histograms that sum to 1, and unlike Σ h·ln(h/q) it does not feel to first order that
  // rounded ones do not quite: neighbouring images differ by as little as 1e-4
  const at::Tensor q = queries.transpose(0, 1).to(at::kDouble);                                 // [P, T, K]
  const at::Tensor cross = at::bmm(block.histograms.to(at::kDouble), q.log().transpose(1, 2));  // [P, N, T]
  const at::Tensor kl = block.self_terms.unsqueeze(2) - cross + q.sum(2).unsqueeze(1);
  return kl.amax(0).t();
}

at::Tensor AlignedReferences::block_divergences(const at::Tensor& queries) const {
  const at::NoGradGuard no_grad;
  require_features(queries);
  std::vector<at::Tensor> divergences;
  for (int64_t u = 0; u < grid_; ++u)
    for (int64_t v = 0; v < grid_; ++v)
      divergences.push_back(
          divergence(blocks_[static_cast<size_t>(u * grid_ + v)], block_histograms(block_of(queries, u, v), centers_)));
  return at::stack(divergences, 2).view({queries.size(0), references_, grid_, grid_});
}

at::Tensor AlignedReferences::distances(const at::Tensor& queries) const {
  return block_divergences(queries).mean(at::IntArrayRef{2, 3});
}

at::Tensor AlignedReferences::nearest(const at::Tensor& queries, int64_t count) const {
  if (count < 1) throw_failure("aligned matching needs at least one reference, not {}", count);
  const at::Tensor order = std::get<1>(at::sort(distances(queries), /*stable=*/true, /*dim=*/1, /*descending=*/false));
  return order.slice(1, 0, count).contiguous();
}

}  // namespace adrep
