#include "detectors/padim/gaussian_model.h"

#include <ATen/Parallel.h>

#include <atomic>
#include <cmath>

#include "core/base/error.h"
#include "detectors/feature_check.h"
#include "detectors/padim/cholesky.h"
#include "detectors/padim/further_samples.h"
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

/// No more rows than channels with the same XᵀX: x [P, N, C], or its triangle [P, C, C].
at::Tensor no_more_than_channels(const at::Tensor& x) {
  return x.size(1) > x.size(2) ? std::get<1>(at::linalg_qr(x, "r")) : x;
}

/// Fewer rows with the same XᵀX: the reflection of WhitenedSamples, and a triangle of more rows than channels.
/// x [P, N, C] -> [P, M, C].
at::Tensor fewest_rows(const at::Tensor& x) {
  const int64_t n = x.size(1);
  if (n == 1) return x;
  return no_more_than_channels(x.narrow(1, 1, n - 1) + x.narrow(1, 0, 1) / (std::sqrt(static_cast<double>(n)) - 1));
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

/// Calls visit(samples [count, N, C] float32 contiguous, first) for all positions, as many at a time as the memory
/// allows. like: samples of any position.
template <class Visit>
void for_chunks(int64_t positions, const GaussianModel::Samples& samples, const at::Tensor& like, int64_t memory_bytes,
                int64_t bytes_each, const Visit& visit) {
  const int64_t fitting = std::clamp<int64_t>(memory_bytes / bytes_each, 1, positions);
  const int64_t chunk = like.is_cpu() ? std::min(fitting, positions_at_once) : fitting;
  for (int64_t first = 0; first < positions; first += chunk)
    visit(samples(first, std::min(chunk, positions - first)).to(at::kFloat).contiguous(), first);
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
  GaussianModel model = empty(positions, n, probe, options);
  const bool by_position = probe.is_cpu() && model.is_low_rank() && n - 1 <= c;
  for_chunks(positions, samples, probe, options.memory_bytes, working_bytes(n, c, options.form),
             [&](const at::Tensor& x, int64_t first) {
               if (by_position)
                 model.fit_low_rank(x, first, options);
               else
                 model.fit_any(x, first, options);
             });
  return model;
}

GaussianModel GaussianModel::updated(const Samples& more, const Options& options) const {
  ADREP_ASSERT(samples_ > 0, "how many samples the model was fitted on is not known");
  const at::Tensor probe = more(0, 1);
  const int64_t n = samples_ + probe.size(1);
  Options as_before = options;
  as_before.ridge = ridge_;
  if (!is_low_rank()) as_before.form = CovarianceForm::full;  // more samples only speak more for it
  GaussianModel model = empty(positions(), n, probe, as_before);
  for_chunks(positions(), more, probe, options.memory_bytes, working_bytes(n, channels(), as_before.form),
             [&](const at::Tensor& x, int64_t first) {
               if (!x.is_cpu()) return model.update_from(*this, x, first, as_before);
               at::parallel_for(0, x.size(0), 1, [&](int64_t begin, int64_t end) {
                 for (int64_t i = begin; i < end; ++i)
                   model.update_from(*this, x.narrow(0, i, 1), first + i, as_before);
               });
             });
  return model;
}

/// With nothing filled in. like: samples of any position [1, ?, C].
GaussianModel GaussianModel::empty(int64_t positions, int64_t samples, const at::Tensor& like, const Options& options) {
  const int64_t c = like.size(2);
  const bool low_rank = chooses_low_rank(samples, c, options.form);
  const int64_t order = low_rank ? whitened_rows(samples, c) : c;
  const auto floats = like.options().dtype(at::kFloat);
  GaussianModel model;
  model.ridge_ = options.ridge;
  model.samples_ = samples;
  model.mean_ = at::empty({positions, c}, floats);
  model.whitening_ = at::empty({positions, half(order)}, floats);
  if (low_rank) model.basis_ = at::empty({positions, order, c}, floats);
  return model;
}

/// Positions from `first` on, x [count, N, C], by operations that exist on every device.
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
  hold(centred, matrices, first, options);
}

/// What XᵀX or L Lᵀ is the covariance of, in double: the rows of X [count, min(N − 1, C), C] in low rank, L [count, C,
/// C] in full.
at::Tensor GaussianModel::recovered(int64_t first, int64_t count, const at::Device& device) const {
  const at::Tensor whitening = whitenings(first, count).to(device, at::kDouble);
  if (!is_low_rank()) return inverse_times(whitening, at::eye(channels(), whitening.options()).expand_as(whitening));
  const at::Tensor basis = basis_.narrow(0, first, count).to(device, at::kDouble);
  return inverse_times(whitening, basis).narrow(1, 0, std::min(samples_ - 1, channels()));  // one sample has no row
}

/// Positions from `first` on: the earlier model's with further samples x [count, m, C]. Covariances are weighted by
/// their n − 1 of N − 1.
void GaussianModel::update_from(const GaussianModel& earlier, const at::Tensor& x, int64_t first,
                                const Options& options) {
  const int64_t count = x.size(0);
  const double degrees = static_cast<double>(samples_ - 1);
  const double share = static_cast<double>(earlier.samples_ - 1) / degrees;
  const at::Tensor before = earlier.recovered(first, count, x.device());
  const FurtherSamples further = further_samples(earlier.mean_.narrow(0, first, count), earlier.samples_, x);
  mean_.narrow(0, first, count).copy_(further.mean);
  at::Tensor rows = further.addition / std::sqrt(degrees);
  if (earlier.is_low_rank()) rows = at::cat({before * std::sqrt(share), rows}, 1);
  if (is_low_rank()) rows = no_more_than_channels(rows);
  const at::Tensor matrices = is_low_rank() ? at::bmm(rows, rows.mT()) : at::bmm(rows.mT(), rows);
  if (!earlier.is_low_rank()) matrices.baddbmm_(before, before.mT(), 1, share);  // which has its share of the ridge
  matrices.diagonal(0, 1, 2).add_(earlier.is_low_rank() ? options.ridge : options.ridge * (1 - share));
  hold(rows, matrices, first, options);
}

/// W of the matrices [count, M, M], and V of the rows X [count, M, C] in low rank; a CPU factors the full form position
/// by position.
void GaussianModel::hold(const at::Tensor& rows, const at::Tensor& matrices, int64_t first, const Options& options) {
  const int64_t count = matrices.size(0);
  if (matrices.is_cpu() && !is_low_rank()) return whiten(matrices, first, options);
  const at::Tensor factor = factor_of(matrices, options, first);
  const at::Tensor identity = at::eye(order(), matrices.options()).expand_as(factor);
  const at::Tensor whitening = inverse_times(factor, identity).flatten(1);
  whitening_.narrow(0, first, count).copy_(whitening.index_select(1, triangle(order(), matrices.device())));
  if (is_low_rank()) basis_.narrow(0, first, count).copy_(inverse_times(factor, rows));
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

/// W of positions [first, first + count), not packed: [count, M, M].
at::Tensor GaussianModel::whitenings(int64_t first, int64_t count) const {
  const at::Tensor whitening = at::zeros({count, order() * order()}, mean_.options());
  const at::Tensor packed = whitening_.narrow(0, first, count);
  if (packed.is_cpu())
    for (int64_t i = 0; i < count; ++i)
      unpack(packed[i].const_data_ptr<float>(), order(), whitening[i].mutable_data_ptr<float>());
  else
    whitening.index_copy_(1, triangle(order(), mean_.device()), packed);
  return whitening.unflatten(1, {order(), order()});
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
  if (!features.is_cpu()) return squared(whitenings(0, positions()), basis_, delta).sqrt().t();
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
  save_samples(state, prefix, samples_);
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
  model.samples_ = samples_from_state(state, prefix);
  const int64_t p = model.positions(), order = model.order();
  const bool fits =
      model.whitening_.sizes() == at::IntArrayRef({p, half(order)}) &&
      (!model.is_low_rank() || model.basis_.sizes() == at::IntArrayRef({p, order, model.channels()})) &&
      (!model.is_low_rank() || model.samples_ == 0 || whitened_rows(model.samples_, model.channels()) == order);
  if (!fits) throw_input("detector state: the shapes below '{}' do not fit together", prefix);
  return model;
}

}  // namespace adrep
