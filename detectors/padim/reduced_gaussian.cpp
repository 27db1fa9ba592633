#include "detectors/padim/reduced_gaussian.h"

#include "core/base/error.h"
#include "detectors/feature_check.h"
#include "detectors/padim/cholesky.h"
#include "detectors/padim/further_samples.h"

namespace adrep {
namespace {

/// Inverse Cholesky factor of one covariance [C, C] with the ridge, or Error where rounding hides the smallest pivot.
at::Tensor whitening(const at::Tensor& covariance, const GaussianModel::Options& options) {
  const at::Tensor ridged = covariance + options.ridge * at::eye(covariance.size(0), covariance.options());
  const auto [factor, info] = at::linalg_cholesky_ex(ridged);
  if (is_singular(ridged.unsqueeze(0), factor.unsqueeze(0), info.reshape({1})).item<bool>())
    throw_failure("{}: the shared covariance is singular up to rounding: use a larger ridge than {}", options.where,
                  options.ridge);
  return at::linalg_solve_triangular(factor, at::eye(ridged.size(0), ridged.options()), /*upper=*/false).to(at::kFloat);
}

/// Covariance and ridge that an inverse Cholesky factor W [C, C] whitens, in double on the device.
at::Tensor whitened_by(const at::Tensor& w, const at::Device& device) {
  const at::Tensor inverse = w.to(device, at::kDouble);
  const at::Tensor factor =
      at::linalg_solve_triangular(inverse, at::eye(w.size(0), inverse.options()), /*upper=*/false);
  return factor.mm(factor.t());
}

/// Positions at a time that fit the memory.
int64_t chunk_of(int64_t positions, int64_t bytes_each, const GaussianModel::Options& options) {
  return std::clamp<int64_t>(options.memory_bytes / bytes_each, 1, positions);
}

}  // namespace

int64_t ReducedGaussian::bytes(int64_t positions, int64_t channels, Form form) {
  constexpr int64_t count = sizeof(int64_t);  // of samples
  return 4 * channels * (positions + (form == Form::shared ? channels : positions)) + count;
}

ReducedGaussian ReducedGaussian::fit(int64_t positions, const GaussianModel::Samples& samples,
                                     const GaussianModel::Options& options, Form form) {
  const at::Tensor probe = samples(0, 1);
  const int64_t n = probe.size(1), c = probe.size(2);
  const double degrees = static_cast<double>(std::max<int64_t>(n - 1, 1));
  const auto floats = probe.options().dtype(at::kFloat);
  ReducedGaussian model;
  model.is_diagonal_ = form == Form::diagonal;
  model.samples_ = n;
  model.mean_ = at::empty({positions, c}, floats);
  if (form == Form::diagonal) model.scale_ = at::empty({positions, c}, floats);
  at::Tensor scatter = at::zeros({c, c}, probe.options().dtype(at::kDouble));

  const int64_t chunk = chunk_of(positions, working_bytes(n, c), options);
  for (int64_t first = 0; first < positions; first += chunk) {
    const int64_t count = std::min(chunk, positions - first);
    const at::Tensor x = samples(first, count).to(at::kDouble);  // [count, N, C]
    const at::Tensor mean = x.mean(1, /*keepdim=*/true), centred = x - mean;
    model.mean_.narrow(0, first, count).copy_(mean.squeeze(1));
    if (form == Form::diagonal)
      model.scale_.narrow(0, first, count).copy_((centred.square().sum(1) / degrees + options.ridge).rsqrt());
    else
      scatter.addmm_(centred.flatten(0, 1).t(), centred.flatten(0, 1));
  }
  if (form == Form::shared) model.scale_ = whitening(scatter / (degrees * static_cast<double>(positions)), options);
  return model;
}

ReducedGaussian ReducedGaussian::updated(const GaussianModel::Samples& more,
                                         const GaussianModel::Options& options) const {
  ADREP_ASSERT(samples_ > 0, "how many samples the model was fitted on is not known");
  const at::Tensor probe = more(0, 1);
  const int64_t c = channels();
  ReducedGaussian model;
  model.is_diagonal_ = is_diagonal_;
  model.samples_ = samples_ + probe.size(1);
  model.mean_ = at::empty(mean_.sizes(), probe.options().dtype(at::kFloat));
  model.scale_ = at::empty(scale_.sizes(), model.mean_.options());
  const double degrees = static_cast<double>(model.samples_ - 1), share = static_cast<double>(samples_ - 1) / degrees;
  at::Tensor scatter = at::zeros({c, c}, probe.options().dtype(at::kDouble));

  const int64_t chunk = chunk_of(positions(), working_bytes(probe.size(1), c), options);
  for (int64_t first = 0; first < positions(); first += chunk) {
    const int64_t count = std::min(chunk, positions() - first);
    const FurtherSamples further = further_samples(mean_.narrow(0, first, count), samples_, more(first, count));
    model.mean_.narrow(0, first, count).copy_(further.mean);
    if (is_diagonal_) {
      const at::Tensor before = scale_.narrow(0, first, count).to(probe.device(), at::kDouble).pow(-2) - options.ridge;
      const at::Tensor variance = further.addition.square().sum(1) / degrees + before * share;
      model.scale_.narrow(0, first, count).copy_((variance + options.ridge).rsqrt());
    } else {
      scatter.addmm_(further.addition.flatten(0, 1).t(), further.addition.flatten(0, 1));
    }
  }
  if (is_diagonal_) return model;
  const at::Tensor before = whitened_by(scale_, probe.device()) - options.ridge * at::eye(c, scatter.options());
  model.scale_ = whitening(scatter / (degrees * static_cast<double>(positions())) + before * share, options);
  return model;
}

at::Tensor ReducedGaussian::distance(const at::Tensor& features) const {
  const at::Tensor delta = features - mean_.t();  // [B, C, P]
  if (is_diagonal_) return (delta * scale_.t()).square().sum(1).sqrt();
  return at::matmul(scale_, delta).square().sum(1).sqrt();
}

void ReducedGaussian::save(TensorMap& state, const std::string& prefix) const {
  state[prefix + "/mean"] = mean_;
  state[prefix + (is_diagonal_ ? "/scale" : "/whitening")] = scale_;
  save_samples(state, prefix, samples_);
}

ReducedGaussian ReducedGaussian::load(const TensorMap& state, const std::string& prefix, Form form) {
  ReducedGaussian model;
  model.is_diagonal_ = form == Form::diagonal;
  model.mean_ = state_tensor(state, prefix + "/mean", 2);
  model.scale_ = state_tensor(state, prefix + (model.is_diagonal_ ? "/scale" : "/whitening"), 2);
  model.samples_ = samples_from_state(state, prefix);
  const int64_t rows = model.is_diagonal_ ? model.positions() : model.channels();
  if (model.scale_.sizes() != at::IntArrayRef({rows, model.channels()}))
    throw_input("detector state: the shapes below '{}' do not fit together", prefix);
  return model;
}

}  // namespace adrep
