#include "detectors/gaussian_model.h"

#include <ATen/Parallel.h>

#include <limits>

#include "core/base/error.h"
#include "detectors/feature_check.h"

namespace adrep {
namespace {

constexpr int64_t positions_at_once = 8;  // on a CPU: their samples stay in its cache

bool chooses_low_rank(int64_t samples, int64_t channels, CovarianceForm form) {
  return form == CovarianceForm::low_rank || (form == CovarianceForm::automatic && samples <= channels);
}

/// Cholesky factor of each matrix [P, M, M] + ridge·I, or Error naming the position where rounding hides the smallest
/// pivot.
at::Tensor factor_of(const at::Tensor& matrices, double ridge, int64_t first_position, const std::string& where) {
  matrices.diagonal(0, 1, 2).add_(ridge);
  const auto [factor, info] = at::linalg_cholesky_ex(matrices);
  const at::Tensor smallest_pivot = factor.diagonal(0, 1, 2).square().amin(1);
  const at::Tensor rounding = matrices.diagonal(0, 1, 2).amax(1) *
                              (4 * static_cast<double>(matrices.size(1)) * std::numeric_limits<double>::epsilon());
  const at::Tensor failed = (info.ne(0) | (smallest_pivot > rounding).logical_not()).nonzero();
  if (failed.size(0) > 0)
    throw_failure("{}: the covariance at position {} is singular up to rounding: use a larger ridge than {}", where,
                  first_position + failed[0][0].item<int64_t>(), ridge);
  return factor;
}

at::Tensor inverse_times(const at::Tensor& factor, const at::Tensor& x) {
  return at::linalg_solve_triangular(factor, x, /*upper=*/false);
}

int64_t low_rank_order(int64_t samples, int64_t channels) {
  return std::min(std::max<int64_t>(samples - 1, 1), channels);
}

/// Fewer rows with the same XᵀX. A reflection that takes (1, …, 1) to the first axis makes the first of N centred rows
/// zero, which would only add rounding; of more rows than channels a triangle is left. x [P, N, C] -> [P, M, C].
at::Tensor fewest_rows(const at::Tensor& x) {
  const int64_t n = x.size(1);
  if (n == 1) return x;
  const at::Tensor rest = x.narrow(1, 1, n - 1) + x.narrow(1, 0, 1) / (std::sqrt(static_cast<double>(n)) - 1);
  return n - 1 > x.size(2) ? std::get<1>(at::linalg_qr(rest, "r")) : rest;
}

int64_t half(int64_t order) {
  return order * (order + 1) / 2;
}

/// Where the lower triangle of a flattened [order, order] is, row after row.
at::Tensor triangle(int64_t order, const at::Device& device) {
  const at::Tensor place = at::tril_indices(order, order, 0, at::TensorOptions(device).dtype(at::kLong));
  return place[0] * order + place[1];
}

/// Fills the lower triangle of [order, order] values whose upper one is zero.
void unpack(const float* packed, int64_t order, float* full) {
  for (int64_t i = 0; i < order; packed += ++i) std::copy_n(packed, i + 1, full + i * order);
}

}  // namespace

int64_t GaussianModel::bytes(int64_t positions, int64_t samples, int64_t channels, CovarianceForm form) {
  const bool low_rank = chooses_low_rank(samples, channels, form);
  const int64_t order = low_rank ? low_rank_order(samples, channels) : channels;
  return 4 * positions * (channels + half(order) + (low_rank ? order * channels : 0));
}

GaussianModel GaussianModel::fit(int64_t positions, const Samples& samples, const Options& options) {
  const at::Tensor probe = samples(0, 1);
  const int64_t n = probe.size(1), c = probe.size(2);
  const bool low_rank = chooses_low_rank(n, c, options.form), on_cpu = probe.is_cpu();
  const int64_t order = low_rank ? low_rank_order(n, c) : c;

  GaussianModel model;
  model.ridge_ = options.ridge;
  const auto floats = probe.options().dtype(at::kFloat);
  model.mean_ = at::empty({positions, c}, floats);
  model.whitening_ = at::empty({positions, half(order)}, floats);
  if (low_rank) model.basis_ = at::empty({positions, order, c}, floats);
  const at::Tensor kept = triangle(order, probe.device());

  const auto fit_part = [&](const at::Tensor& given, int64_t first) {  // [count, N, C]
    const int64_t count = given.size(0);
    at::Tensor x = given.to(at::kDouble, /*non_blocking=*/false, /*copy=*/true);
    const at::Tensor mean = x.mean(1, /*keepdim=*/true);
    x.sub_(mean).div_(std::sqrt(static_cast<double>(std::max<int64_t>(n - 1, 1))));
    model.mean_.narrow(0, first, count).copy_(mean.squeeze(1));
    if (low_rank) x = fewest_rows(x);
    const at::Tensor matrix = low_rank ? at::bmm(x, x.transpose(1, 2)) : at::bmm(x.transpose(1, 2), x);
    const at::Tensor factor = factor_of(matrix, options.ridge, first, options.where);
    if (low_rank) model.basis_.narrow(0, first, count).copy_(inverse_times(factor, x));
    const at::Tensor whitening = inverse_times(factor, at::eye(order, x.options()).expand_as(factor));
    model.whitening_.narrow(0, first, count).copy_(whitening.flatten(1).index_select(1, kept));
  };

  const int64_t bytes_per_position = 4 * n * c + 8 * (2 * n * c + 4 * order * order);  // alive at once
  const int64_t fitting = std::clamp<int64_t>(options.memory_bytes / bytes_per_position, 1, positions);
  const int64_t chunk = on_cpu ? std::min(fitting, positions_at_once) : fitting;
  for (int64_t first = 0; first < positions; first += chunk) {
    const int64_t count = std::min(chunk, positions - first);
    const at::Tensor x = samples(first, count);
    if (!on_cpu) {
      fit_part(x, first);
      continue;
    }
    at::parallel_for(0, count, 1, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) fit_part(x.narrow(0, i, 1), first + i);
    });
  }
  return model;
}

/// d² of one position: W [M, M], V [M, C], δ [C, B] -> [B]; or all with the positions first.
at::Tensor GaussianModel::squared(const at::Tensor& whitening, const at::Tensor& basis, const at::Tensor& delta) const {
  if (!is_low_rank()) return at::matmul(whitening, delta).square_().sum(-2);
  const at::Tensor inside = at::matmul(basis, delta);                     // [M, B]
  const at::Tensor outside = at::matmul(basis.mT(), inside).sub_(delta);  // [C, B]
  return at::matmul(whitening.mT(), inside).square_().sum(-2).add_(outside.square_().sum(-2), 1 / ridge_);
}

at::Tensor GaussianModel::distance(const at::Tensor& features) const {
  const at::Tensor delta = (features.permute({2, 1, 0}) - mean_.unsqueeze(2)).contiguous();  // [P, C, B]
  if (!features.is_cpu()) {
    const at::Tensor whitening = at::zeros({positions(), order() * order()}, mean_.options());
    whitening.index_copy_(1, triangle(order(), mean_.device()), whitening_);
    return squared(whitening.unflatten(1, {order(), order()}), basis_, delta).sqrt().t();
  }
  const at::Tensor result = at::empty({positions(), delta.size(2)}, mean_.options());
  at::parallel_for(0, positions(), 1, [&](int64_t begin, int64_t end) {
    const at::Tensor whitening = at::zeros({order(), order()}, mean_.options());
    for (int64_t p = begin; p < end; ++p) {
      unpack(whitening_.const_data_ptr<float>() + p * whitening_.size(1), order(), whitening.mutable_data_ptr<float>());
      result[p].copy_(squared(whitening, is_low_rank() ? basis_[p] : basis_, delta[p]));
    }
  });
  return result.sqrt_().t();
}

void GaussianModel::save(TensorMap& state, const std::string& prefix) const {
  state[prefix + "/mean"] = mean_;
  state[prefix + "/whitening"] = whitening_;
  state[prefix + "/ridge"] = at::full({1}, ridge_, at::kDouble);
  if (is_low_rank()) state[prefix + "/basis"] = basis_;
}

GaussianModel GaussianModel::load(const TensorMap& state, const std::string& prefix) {
  GaussianModel model;
  const auto read = [&](const std::string& name, int64_t dimensions) {
    const at::Tensor& tensor = state_tensor(state, prefix + "/" + name, dimensions);
    if (tensor.scalar_type() != at::kFloat) throw_input("detector state: '{}/{}' is not float32", prefix, name);
    return tensor.contiguous();
  };
  model.mean_ = read("mean", 2);
  model.whitening_ = read("whitening", 2);
  const at::Tensor& ridge = state_tensor(state, prefix + "/ridge", 1);
  if (ridge.size(0) != 1) throw_input("detector state: '{}/ridge' must hold one number", prefix);
  model.ridge_ = ridge[0].item<double>();
  if (state.contains(prefix + "/basis")) model.basis_ = read("basis", 3);
  const int64_t p = model.positions(), order = model.order();
  const bool fits = model.whitening_.sizes() == at::IntArrayRef({p, half(order)}) &&
                    (!model.is_low_rank() || model.basis_.sizes() == at::IntArrayRef({p, order, model.channels()}));
  if (!fits) throw_input("detector state: the shapes below '{}' do not fit together", prefix);
  return model;
}

}  // namespace adrep
