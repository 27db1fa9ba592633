#pragma once
#include <ATen/ATen.h>

#include <functional>

#include "core/base/schema.h"

namespace adrep {

/// Defaults: van der Maaten & Hinton 2008 with the learning rate of Belkina et al. 2019.
struct TsneParams {
  double perplexity = 30;
  int64_t iterations = 1000;
  double exaggeration = 12;
  int64_t exaggerated_iterations = 250;
  double learning_rate = 0;

  static void declare(Schema<TsneParams>& s);
};

/// Two coordinates for every point.
struct TsneResult {
  at::Tensor points;  ///< [N, 2] float64, mean 0
  double divergence;  ///< Kullback-Leibler divergence KL(P‖Q) of the map, without exaggeration
};

/// Exact t-SNE: every pair counts, O(N²) time and 8·N² bytes. Begins with normal random coordinates of deviation 1e-4
/// from the seed; the number of threads changes no bit. points [N, C], N from 4 to 20000; a perplexity that is too
/// large for N is lowered to (N − 1)/3. `progress` is told the iterations done and may throw to stop.
/// Throws Error when the shapes do not fit or a value is not finite.
TsneResult tsne(const at::Tensor& points, const TsneParams& params, uint64_t seed,
                const std::function<void(int64_t done)>& progress = {});

/// The perplexity that tsne uses for this many points.
double usable_perplexity(double perplexity, int64_t points);

/// Joint probabilities P of t-SNE: symmetric [N, N] float64 with sum 1 and a diagonal of 0, each row's conditional
/// distribution having the perplexity. points [N, C] float64 on the CPU.
at::Tensor tsne_affinities(const at::Tensor& points, double perplexity);

/// KL(P‖Q) of coordinates y [N, 2] float64.
double tsne_divergence(const at::Tensor& affinities, const at::Tensor& y);

/// Gradient [N, 2] of KL(exaggeration·P‖Q) with respect to y, the exaggerated P not normalised anew.
at::Tensor tsne_gradient(const at::Tensor& affinities, const at::Tensor& y, double exaggeration = 1);

}  // namespace adrep
