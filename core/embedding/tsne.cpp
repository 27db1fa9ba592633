#include "core/embedding/tsne.h"

#include <ATen/Parallel.h>
#include <fmt/ranges.h>

#include <cmath>

#include "core/base/error.h"
#include "core/base/random.h"

namespace adrep {
namespace {

/// What one point adds: Σ_j w, Σ_j p·w·(y_i − y_j) and Σ_j w²·(y_i − y_j), with w = 1 / (1 + |y_i − y_j|²).
struct Forces {
  double weight = 0, pull_x = 0, pull_y = 0, push_x = 0, push_y = 0;
};

Forces forces_on(const double* p, const double* x, const double* y, int64_t count, int64_t i) {
  Forces f;
  for (int64_t j = 0; j < count; ++j) {
    const double dx = x[i] - x[j], dy = y[i] - y[j], w = 1 / (1 + dx * dx + dy * dy);
    f.weight += w;
    f.pull_x += p[j] * w * dx;
    f.pull_y += p[j] * w * dy;
    f.push_x += w * w * dx;
    f.push_y += w * w * dy;
  }
  f.weight -= 1;  // j = i
  return f;
}

/// Momentum and gains of the reference implementation.
class Descent {
 public:
  Descent(at::Tensor start, double rate)
      : y_(std::move(start)), speed_(at::zeros_like(y_)), gains_(at::ones_like(y_)), rate_(rate) {}

  void step(const at::Tensor& gradient, double momentum) {
    const at::Tensor same = gradient.sign().eq(speed_.sign());
    gains_ = at::where(same, gains_ * 0.8, gains_ + 0.2).clamp_min(0.01);
    speed_ = momentum * speed_ - rate_ * gains_ * gradient;
    y_ = y_ + speed_;
    y_ = y_ - y_.mean(0);
  }
  const at::Tensor& points() const { return y_; }

 private:
  at::Tensor y_, speed_, gains_;
  double rate_;
};

}  // namespace

void TsneParams::declare(Schema<TsneParams>& s) {
  s.decides(Decides::evaluation);
  s.add(&TsneParams::perplexity, "perplexity").at_least(1).at_most(1000).doc("how many neighbours a patch has");
  s.add(&TsneParams::iterations, "iterations").at_least(1).at_most(100'000).doc("steps of t-SNE");
  s.add(&TsneParams::exaggeration, "exaggeration")
      .at_least(1)
      .at_most(100)
      .doc("factor on t-SNE's attraction at first");
  s.add(&TsneParams::exaggerated_iterations, "exaggerated_iterations")
      .at_least(0)
      .at_most(100'000)
      .doc("steps with that factor");
  s.add(&TsneParams::learning_rate, "learning_rate")
      .at_least(0)
      .doc("step size of t-SNE; 0: patches / exaggeration / 4, at least 50");
}

double usable_perplexity(double perplexity, int64_t points) {
  return std::max(1.0, std::min(perplexity, static_cast<double>(points - 1) / 3));
}

at::Tensor tsne_gradient(const at::Tensor& affinities, const at::Tensor& y, double exaggeration) {
  const int64_t count = y.size(0);
  const at::Tensor columns = y.t().contiguous();
  const double *x0 = columns.const_data_ptr<double>(), *x1 = x0 + count, *p = affinities.const_data_ptr<double>();
  std::vector<Forces> forces(static_cast<size_t>(count));
  at::parallel_for(0, count, 8, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) forces[static_cast<size_t>(i)] = forces_on(p + i * count, x0, x1, count, i);
  });
  double sum = 0;
  for (const Forces& f : forces) sum += f.weight;
  at::Tensor gradient = at::empty({count, 2}, at::kDouble);
  double* to = gradient.mutable_data_ptr<double>();
  for (const Forces& f : forces) {
    *to++ = 4 * (exaggeration * f.pull_x - f.push_x / sum);
    *to++ = 4 * (exaggeration * f.pull_y - f.push_y / sum);
  }
  return gradient;
}

double tsne_divergence(const at::Tensor& affinities, const at::Tensor& y) {
  const int64_t count = y.size(0);
  const double *p = affinities.const_data_ptr<double>(), *at = y.const_data_ptr<double>();
  const auto weight = [&](int64_t i, int64_t j) {
    const double dx = at[2 * i] - at[2 * j], dy = at[2 * i + 1] - at[2 * j + 1];
    return 1 / (1 + dx * dx + dy * dy);
  };
  double sum = 0, divergence = 0;
  for (int64_t i = 0; i < count; ++i)
    for (int64_t j = 0; j < count; ++j)
      if (i != j) sum += weight(i, j);
  for (int64_t i = 0; i < count; ++i)
    for (int64_t j = 0; j < count; ++j)
      if (const double share = p[i * count + j]; share > 0) divergence += share * std::log(share * sum / weight(i, j));
  return divergence;
}

TsneResult tsne(const at::Tensor& points, const TsneParams& params, uint64_t seed,
                const std::function<void(int64_t done)>& progress) {
  constexpr int64_t fewest = 4, most = 20'000;
  if (points.dim() != 2 || points.size(0) < fewest || points.size(0) > most || points.size(1) < 1)
    throw_failure("t-SNE needs points [N, C], N from {} to {}, not [{}]", fewest, most,
                  fmt::join(points.sizes(), ", "));
  const at::Tensor x = points.to(at::kCPU, at::kDouble);
  if (!x.isfinite().all().item<bool>()) throw_failure("t-SNE needs finite values");
  const int64_t count = x.size(0);
  const at::Tensor affinities = tsne_affinities(x, usable_perplexity(params.perplexity, count)).contiguous();
  at::Tensor start = at::empty({count, 2}, at::kDouble);
  Random random(derive_seed(seed, "tsne"));
  for (int64_t i = 0; i < 2 * count; ++i) start.mutable_data_ptr<double>()[i] = 1e-4 * random.normal();
  const double automatic = std::max(50.0, static_cast<double>(count) / params.exaggeration / 4);
  Descent descent(start, params.learning_rate > 0 ? params.learning_rate : automatic);
  for (int64_t i = 0; i < params.iterations; ++i) {
    const bool early = i < params.exaggerated_iterations;
    descent.step(tsne_gradient(affinities, descent.points(), early ? params.exaggeration : 1), early ? 0.5 : 0.8);
    if (progress) progress(i + 1);
  }
  const at::Tensor made = descent.points().contiguous();
  return {made, tsne_divergence(affinities, made)};
}

}  // namespace adrep
