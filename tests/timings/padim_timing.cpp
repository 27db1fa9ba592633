// PaDiM's Gaussians on padim.safetensors and padim_c100.safetensors: train [N, C, H, W], test [B, C, H, W].
#include "detectors/padim/gaussian_model.h"
#include "detectors/scoring/gaussian_smoothing.h"
#include "detectors/scoring/score_map.h"
#include "timing.h"

namespace adrep::timing {
namespace {

constexpr double ridge = 0.01;
constexpr int64_t padim_batch = 32;  // test images scored at a time

GaussianModel fit(const at::Tensor& train) {
  const at::Tensor features = train.flatten(2);  // [N, C, P]
  const auto samples = [&](int64_t first, int64_t count) { return positions_first(features.narrow(2, first, count)); };
  return GaussianModel::fit(features.size(2), samples, {.ridge = ridge, .where = "timing"});
}

/// What one would write without thinking of N ≤ C: for each position the covariance, its Cholesky factor and the
/// inverse.
struct DenseGaussians {
  at::Tensor mean, inverse;  // [P, C], [P, C, C]

  explicit DenseGaussians(const at::Tensor& train) {
    const at::Tensor features = train.flatten(2);
    const int64_t n = features.size(0), c = features.size(1), positions = features.size(2);
    mean = at::empty({positions, c});
    inverse = at::empty({positions, c, c});
    for (int64_t p = 0; p < positions; ++p) {
      const at::Tensor x = features.select(2, p), centre = x.mean(0), offset = x - centre;
      at::Tensor covariance = at::mm(offset.t(), offset).div_(static_cast<double>(n - 1));
      covariance.diagonal().add_(ridge);
      mean[p].copy_(centre);
      inverse[p].copy_(at::cholesky_inverse(at::linalg_cholesky(covariance)));
    }
  }

  at::Tensor distance(const at::Tensor& features) const {
    const at::Tensor delta = features.permute({2, 0, 1}) - mean.unsqueeze(1);  // [P, B, C]
    return at::bmm(delta, inverse).mul_(delta).sum(2).sqrt().t();
  }
};

/// Fitted anew; the value is the first test image's mean distance, so that two ways to fit can be compared.
template <class Model>
Call fit_call(const Safetensors& input, Model make) {
  const at::Tensor train = input.at("train"), first = input.at("test").narrow(0, 0, 1).flatten(2).contiguous();
  make(train.narrow(3, 0, 1));  // the library's own buffers are there before the memory is measured
  return [=] { return make(train).distance(first).mean().template item<double>(); };
}

template <class Score>
Call score_call(const Safetensors& input, Score score) {
  const GaussianModel model = fit(input.at("train"));
  const at::Tensor test = input.at("test");
  return [=] {
    double sum = 0;
    for (const at::Tensor& x : test.split(padim_batch)) sum += score(model, x).sum().template item<double>();
    return sum;
  };
}

at::Tensor distances(const GaussianModel& model, const at::Tensor& x) {
  return model.distance(x.flatten(2)).unflatten(1, {x.size(2), x.size(3)});
}

Call mean_distance(const Safetensors& input) {
  const double count = static_cast<double>(input.at("test").numel() / input.at("test").size(1));
  return score_call(input,
                    [=](const GaussianModel& model, const at::Tensor& x) { return distances(model, x) / count; });
}

Call mean_map(const Safetensors& input) {
  constexpr int64_t size = 224;
  const double count = static_cast<double>(input.at("test").size(0) * size * size);
  return score_call(input, [=](const GaussianModel& model, const at::Tensor& x) {
    return gaussian_smooth(upsample(distances(model, x), size, AlignCorners::no), 4) / count;
  });
}

bool add_cases(const std::string& file) {
  add({file + "_fit", file,
       [](const Safetensors& input) { return fit_call(input, [](const at::Tensor& train) { return fit(train); }); }});
  add({file + "_fit_dense", file, [](const Safetensors& input) {
         return fit_call(input, [](const at::Tensor& train) { return DenseGaussians(train); });
       }});
  add({file + "_score", file, mean_distance});
  return add({file + "_map", file, mean_map});
}

[[maybe_unused]] const bool added_padim[] = {add_cases("padim"), add_cases("padim_c100")};

}  // namespace
}  // namespace adrep::timing
