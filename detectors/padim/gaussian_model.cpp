#include "detectors/padim/gaussian_model.h"

#include <ATen/Parallel.h>

#include <atomic>
#include <cmath>

#include "core/base/error.h"
#include "detectors/feature_check.h"
#include "detectors/padim/cholesky.h"
#include "detectors/padim/whitened_samples.h"

namespace adrep {
namespace {

constexpr int64_t line = 16;                 // floats of a line of the cache
constexpr int64_t positions_at_once = line;  // on a CPU

bool chooses_low_rank(int64_t samples, int64_t channels, CovarianceForm form) {
  return form == CovarianceForm::low_rank || (form == CovarianceForm::automatic && samples <= channels);
}

[[noreturn]] void throw_singular(const GaussianModel::Options& options, int64_t position) {
  throw_failure("{}: the covariance at position {} is singular up to rounding: use a larger ridge than {}",
                options.where, position, options.ridge);
}

/// Cholesky factor of each matrix [P, M, M], or Error naming the position where one is singular.
at::Tensor factor_of(const at::Tensor& matrices, const GaussianModel::Options& options, int64_t first_position) {
  const auto [factor, info] = at::linalg_cholesky_ex(matrices);
  const at::Tensor failed = is_singular(matrices, factor, info).nonzero();
  if (failed.size(0) > 0) throw_singular(options, first_position + failed[0][0].item<int64_t>());
  return factor;
}

at::Tensor inverse_times(const at::Tensor& factor, const at::Tensor& x) {
  return at::linalg_solve_triangular(factor, x, /*upper=*/false);
}

/// Fewer rows with the same XᵀX: the reflection of WhitenedSamples, and a triangle of more rows than channels.
/// x [P, N, C] -> [P, M, C].
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

/// The lower triangle, row after row. full [M, M] float64 -> packed[M (M + 1) / 2].
void pack(const at::Tensor& full, float* packed) {
  const auto values = full.accessor<double, 2>();
  for (int64_t i = 0; i < full.size(0); ++i)
    for (int64_t j = 0; j <= i; ++j) *packed++ = static_cast<float>(values[i][j]);
}

/// Fills the lower triangle of [order, order] values whose upper one is zero.
void unpack(const float* packed, int64_t order, float* full) {
  for (int64_t i = 0; i < order; packed += ++i) std::copy_n(packed, i + 1, full + i * order);
}

/// image [C, P] -> sample [P, C], whose rows are contiguous; lines of the cache are written whole.
void transpose(const at::Tensor& image, const at::Tensor& sample) {
  const int64_t channels = image.size(0), positions = image.size(1);
  const int64_t next_channel = image.stride(0), next_position = image.stride(1), next_row = sample.stride(0);
  for (int64_t first = 0; first < channels; first += line) {
    const int64_t count = std::min(line, channels - first);
    const float* in = image.const_data_ptr<float>() + first * next_channel;
    float* out = sample.mutable_data_ptr<float>() + first;
    for (int64_t p = 0; p < positions; ++p, in += next_position, out += next_row)
      for (int64_t c = 0; c < count; ++c) out[c] = in[c * next_channel];
  }
}

}  // namespace

int64_t GaussianModel::bytes(int64_t positions, int64_t samples, int64_t channels, CovarianceForm form) {
  const bool low_rank = chooses_low_rank(samples, channels, form);
  const int64_t order = low_rank ? whitened_rows(samples, channels) : channels;
  return 4 * positions * (channels + half(order) + (low_rank ? order * channels : 0));
}

int64_t GaussianModel::working_bytes(int64_t samples, int64_t channels, CovarianceForm form) {
  const int64_t order = chooses_low_rank(samples, channels, form) ? whitened_rows(samples, channels) : channels;
  return 4 * samples * channels + 8 * (2 * samples * channels + 4 * order * order);  // alive at once
}

GaussianModel GaussianModel::fit(int64_t positions, const Samples& samples, const Options& options) {
  const at::Tensor probe = samples(0, 1);
  const int64_t n = probe.size(1), c = probe.size(2);
  const bool low_rank = chooses_low_rank(n, c, options.form), on_cpu = probe.is_cpu();
  const int64_t order = low_rank ? whitened_rows(n, c) : c;

  GaussianModel model;
  model.ridge_ = options.ridge;
  const auto floats = probe.options().dtype(at::kFloat);
  model.mean_ = at::empty({positions, c}, floats);
  model.whitening_ = at::empty({positions, half(order)}, floats);
  if (low_rank) model.basis_ = at::empty({positions, order, c}, floats);

  const int64_t fitting = std::clamp<int64_t>(options.memory_bytes / working_bytes(n, c, options.form), 1, positions);
  const int64_t chunk = on_cpu ? std::min(fitting, positions_at_once) : fitting;
  for (int64_t first = 0; first < positions; first += chunk) {
    const at::Tensor x = samples(first, std::min(chunk, positions - first)).to(at::kFloat).contiguous();
    if (on_cpu && low_rank && n - 1 <= c)
      model.fit_low_rank(x, first, options);
    else
      model.fit_any(x, first, options);
  }
  return model;
}

/// Positions from `first` on, x [count, N, C], by operations that exist on every device; a CPU factors the full form
/// position by position.
void GaussianModel::fit_any(const at::Tensor& x, int64_t first, const Options& options) {
  const int64_t count = x.size(0), n = x.size(1);
  at::Tensor centred = x.to(at::kDouble);
  const at::Tensor mean = centred.mean(1, /*keepdim=*/true);
  centred.sub_(mean).div_(std::sqrt(static_cast<double>(std::max<int64_t>(n - 1, 1))));
  mean_.narrow(0, first, count).copy_(mean.squeeze(1));
  if (is_low_rank()) centred = fewest_rows(centred);
  const at::Tensor transposed = centred.transpose(1, 2);
  const at::Tensor matrices = is_low_rank() ? at::bmm(centred, transposed) : at::bmm(transposed, centred);
  matrices.diagonal(0, 1, 2).add_(options.ridge);
  if (x.is_cpu() && !is_low_rank()) return whiten(matrices, first, options);
  const at::Tensor factor = factor_of(matrices, options, first);
  const at::Tensor identity = at::eye(order(), centred.options()).expand_as(factor);
  const at::Tensor whitening = inverse_times(factor, identity).flatten(1);
  whitening_.narrow(0, first, count).copy_(whitening.index_select(1, triangle(order(), x.device())));
  if (is_low_rank()) basis_.narrow(0, first, count).copy_(inverse_times(factor, centred));
}

/// W of each covariance [count, C, C], ridge included, on the CPU.
void GaussianModel::whiten(const at::Tensor& covariances, int64_t first, const Options& options) {
  std::atomic<int64_t> singular = -1;
  at::parallel_for(0, covariances.size(0), 1, [&](int64_t begin, int64_t end) {
    CholeskyFactor factor(order());
    const at::Tensor inverse = at::empty({order(), order()}, covariances.options());
    for (int64_t i = begin; i < end; ++i) {
      if (!factor.compute(covariances[i])) {
        singular = first + i;
        return;
      }
      factor.inverse(inverse);
      pack(inverse, whitening_.mutable_data_ptr<float>() + (first + i) * whitening_.size(1));
    }
  });
  if (singular >= 0) throw_singular(options, singular);
}

void GaussianModel::fit_low_rank(const at::Tensor& x, int64_t first, const Options& options) {
  const int64_t n = x.size(1), c = x.size(2);
  std::atomic<int64_t> singular = -1;
  at::parallel_for(0, x.size(0), 1, [&](int64_t begin, int64_t end) {
    WhitenedSamples position(n, c, options.ridge);
    for (int64_t i = begin; i < end; ++i) {
      if (!position.fit(x.const_data_ptr<float>() + i * n * c, basis_[first + i])) {
        singular = first + i;
        return;
      }
      mean_[first + i].copy_(position.mean());
      pack(position.whitening(), whitening_.mutable_data_ptr<float>() + (first + i) * whitening_.size(1));
    }
  });
  if (singular >= 0) throw_singular(options, singular);
}

/// d² of one position: W [M, M], V [M, C], δ [C, B] -> [B]; or all with the positions first.
at::Tensor GaussianModel::squared(const at::Tensor& whitening, const at::Tensor& basis, const at::Tensor& delta) const {
  if (!is_low_rank()) return at::matmul(whitening, delta).square_().sum(-2);
  const at::Tensor inside = at::matmul(basis, delta);                     // [M, B]
  const at::Tensor outside = at::matmul(basis.mT(), inside).sub_(delta);  // [C, B]
  return at::matmul(whitening.mT(), inside).square_().sum(-2).add_(outside.square_().sum(-2), 1 / ridge_);
}

at::Tensor positions_first(const at::Tensor& features) {
  const int64_t images = features.size(0), channels = features.size(1), positions = features.size(2);
  if (!features.is_cpu() || features.scalar_type() != at::kFloat) return features.permute({2, 0, 1}).contiguous();
  at::Tensor samples = at::empty({positions, images, channels}, features.options());
  at::parallel_for(0, images, 1, [&](int64_t begin, int64_t end) {
    for (int64_t n = begin; n < end; ++n) transpose(features[n], samples.select(1, n));
  });
  return samples;
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
