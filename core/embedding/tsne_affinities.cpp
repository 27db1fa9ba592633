#include <ATen/Parallel.h>

#include <cmath>
#include <limits>

#include "core/embedding/tsne.h"

namespace adrep {
namespace {

/// Squared distances of point i to all: a plain sum over the channels, the same with any number of threads.
void squared_distances(const double* columns, int64_t count, int64_t channels, int64_t i, double* distances) {
  std::fill(distances, distances + count, 0.0);
  for (int64_t c = 0; c < channels; ++c) {
    const double* column = columns + c * count;
    const double own = column[i];
    for (int64_t j = 0; j < count; ++j) distances[j] += (column[j] - own) * (column[j] - own);
  }
}

/// Turns squared distances into p(j|i) = exp(−β·d) / Σ with the β that gives the entropy log(perplexity).
void conditional_probabilities(double* row, int64_t count, int64_t i, double perplexity) {
  double nearest = std::numeric_limits<double>::infinity(), spread = 0;
  for (int64_t j = 0; j < count; ++j) {
    if (j == i) continue;
    nearest = std::min(nearest, row[j]);
    spread += row[j];
  }
  const double target = std::log(perplexity), mean = spread / static_cast<double>(count - 1) - nearest;
  // in units of the mean distance the search starts at a sensible place whatever the features' scale
  double beta = mean > 0 ? 1 / mean : 1, low = 0, high = std::numeric_limits<double>::infinity();
  constexpr int steps = 200;
  for (int step = 0; step < steps; ++step) {
    double sum = 0, weighted = 0;
    for (int64_t j = 0; j < count; ++j) {
      if (j == i) continue;
      const double w = std::exp(-beta * (row[j] - nearest));
      sum += w;
      weighted += w * (row[j] - nearest);
    }
    const double entropy = std::log(sum) + beta * weighted / sum;
    if (std::abs(entropy - target) < 1e-10) break;
    if (entropy > target) {
      low = beta;
      beta = std::isinf(high) ? beta * 2 : (beta + high) / 2;
    } else {
      high = beta;
      beta = (beta + low) / 2;
    }
    if (beta == low || beta == high || beta > 1e300) break;  // equal distances: no β gives this entropy
  }
  double sum = 0;
  for (int64_t j = 0; j < count; ++j) {
    row[j] = j == i ? 0 : std::exp(-beta * (row[j] - nearest));
    sum += row[j];
  }
  for (int64_t j = 0; j < count; ++j) row[j] /= sum;
}

}  // namespace

at::Tensor tsne_affinities(const at::Tensor& points, double perplexity) {
  const int64_t count = points.size(0), channels = points.size(1);
  const at::Tensor columns = points.t().contiguous();  // [C, N]
  const at::Tensor conditional = at::empty({count, count}, at::kDouble);
  const double* from = columns.const_data_ptr<double>();
  double* rows = conditional.mutable_data_ptr<double>();
  at::parallel_for(0, count, 8, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      squared_distances(from, count, channels, i, rows + i * count);
      conditional_probabilities(rows + i * count, count, i, perplexity);
    }
  });
  return (conditional + conditional.t()) / (2.0 * static_cast<double>(count));
}

}  // namespace adrep
