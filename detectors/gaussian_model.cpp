#include "detectors/gaussian_model.h"

#include <limits>

#include "core/base/error.h"
#include "detectors/feature_check.h"

namespace adrep {
namespace {

bool chooses_low_rank(int64_t samples, int64_t channels, CovarianceForm form) {
  return form == CovarianceForm::low_rank || (form == CovarianceForm::automatic && samples <= channels);
}

/// Inverse Cholesky factor of each matrix [P, M, M] + ridge·I, or Error naming the position where rounding hides the
/// smallest pivot.
at::Tensor whitening_of(const at::Tensor& matrices, double ridge, int64_t first_position, const std::string& where) {
  matrices.diagonal(0, 1, 2).add_(ridge);
  const auto [factor, info] = at::linalg_cholesky_ex(matrices);
  const at::Tensor smallest_pivot = factor.diagonal(0, 1, 2).square().amin(1);
  const at::Tensor rounding = matrices.diagonal(0, 1, 2).amax(1) *
                              (4 * static_cast<double>(matrices.size(1)) * std::numeric_limits<double>::epsilon());
  const at::Tensor failed = (info.ne(0) | (smallest_pivot > rounding).logical_not()).nonzero();
  if (failed.size(0) > 0)
    throw_failure("{}: the covariance at position {} is singular up to rounding: use a larger ridge than {}", where,
                  first_position + failed[0][0].item<int64_t>(), ridge);
  const at::Tensor identity = at::eye(matrices.size(1), matrices.options()).expand_as(matrices);
  return at::linalg_solve_triangular(factor, identity, /*upper=*/false).to(at::kFloat);
}

}  // namespace

int64_t GaussianModel::bytes(int64_t positions, int64_t samples, int64_t channels, CovarianceForm form) {
  const int64_t per_position = chooses_low_rank(samples, channels, form)
                                   ? std::min(samples, channels) * (samples + channels) + channels
                                   : channels * channels + channels;
  return 4 * positions * per_position;
}

GaussianModel GaussianModel::fit(int64_t positions, const Samples& samples, const Options& options) {
  const at::Tensor probe = samples(0, 1);
  const int64_t n = probe.size(1), c = probe.size(2);
  const bool low_rank = chooses_low_rank(n, c, options.form);
  const int64_t rank = low_rank ? std::min(n, c) : c;  // QR of [C, N] gives min(N, C) basis vectors

  GaussianModel model;
  model.ridge_ = options.ridge;
  const auto floats = probe.options().dtype(at::kFloat);
  model.mean_ = at::empty({positions, c}, floats);
  model.whitening_ = at::empty({positions, rank, rank}, floats);
  if (low_rank) model.basis_ = at::empty({positions, rank, c}, floats);

  const int64_t bytes_per_position = 8 * (5 * n * c + 4 * rank * rank);  // doubles alive at once
  const int64_t chunk = std::clamp<int64_t>(options.memory_bytes / bytes_per_position, 1, positions);
  for (int64_t first = 0; first < positions; first += chunk) {
    const int64_t count = std::min(chunk, positions - first);
    const at::Tensor x = samples(first, count).to(at::kDouble);  // [count, N, C]
    const at::Tensor mean = x.mean(1, /*keepdim=*/true);
    const at::Tensor scaled = (x - mean) / std::sqrt(static_cast<double>(std::max<int64_t>(n - 1, 1)));
    at::Tensor covariance;
    if (low_rank) {
      const auto [q, r] = at::linalg_qr(scaled.transpose(1, 2));  // [count, C, rank], [count, rank, N]
      model.basis_.narrow(0, first, count).copy_(q.transpose(1, 2));
      covariance = at::bmm(r, r.transpose(1, 2));
    } else {
      covariance = at::bmm(scaled.transpose(1, 2), scaled);
    }
    model.mean_.narrow(0, first, count).copy_(mean.squeeze(1));
    model.whitening_.narrow(0, first, count).copy_(whitening_of(covariance, options.ridge, first, options.where));
  }
  return model;
}

at::Tensor GaussianModel::distance(const at::Tensor& features) const {
  const at::Tensor delta = features.permute({2, 1, 0}) - mean_.unsqueeze(2);  // [P, C, B]
  if (!is_low_rank()) return at::bmm(whitening_, delta).square().sum(1).sqrt().t();
  const at::Tensor inside = at::bmm(basis_, delta);                                      // [P, N, B]
  const at::Tensor outside = at::baddbmm(delta, basis_.transpose(1, 2), inside, 1, -1);  // [P, C, B]
  const at::Tensor squared = at::bmm(whitening_, inside).square().sum(1) + outside.square().sum(1) / ridge_;
  return squared.sqrt().t();
}

void GaussianModel::save(TensorMap& state, const std::string& prefix) const {
  state[prefix + "/mean"] = mean_;
  state[prefix + "/whitening"] = whitening_;
  state[prefix + "/ridge"] = at::full({1}, ridge_, at::kDouble);
  if (is_low_rank()) state[prefix + "/basis"] = basis_;
}

GaussianModel GaussianModel::load(const TensorMap& state, const std::string& prefix) {
  GaussianModel model;
  model.mean_ = state_tensor(state, prefix + "/mean", 2);
  model.whitening_ = state_tensor(state, prefix + "/whitening", 3);
  const at::Tensor& ridge = state_tensor(state, prefix + "/ridge", 1);
  if (ridge.size(0) != 1) throw_input("detector state: '{}/ridge' must hold one number", prefix);
  model.ridge_ = ridge[0].item<double>();
  if (state.contains(prefix + "/basis")) model.basis_ = state_tensor(state, prefix + "/basis", 3);
  const int64_t p = model.positions(), rank = model.whitening_.size(1);
  const bool fits = model.whitening_.size(0) == p && model.whitening_.size(2) == rank &&
                    (model.is_low_rank() ? model.basis_.sizes() == at::IntArrayRef({p, rank, model.channels()})
                                         : rank == model.channels());
  if (!fits) throw_input("detector state: the shapes below '{}' do not fit together", prefix);
  return model;
}

}  // namespace adrep
