#include "detectors/glass/glass_step.h"

#include <ATen/core/grad_mode.h>

namespace adrep {
namespace {

constexpr int64_t steps_between_clamps = 5;
constexpr double tiny = 1e-10;
constexpr double focal_smooth = 1e-5;

at::Tensor lengths(const at::Tensor& x) {
  return at::linalg_vector_norm(x, 2, at::IntArrayRef{1});
}

/// Moves features along their offset from the centre until its length is within [low, high] radii.
at::Tensor projected(const at::Tensor& features, const at::Tensor& centre, const at::Tensor& radius, double low,
                     double high) {
  const at::Tensor offset = features - centre, length = lengths(offset);
  const at::Tensor wanted = at::clamp(length, radius * low, radius * high);
  return centre + (wanted / (length + tiny)).unsqueeze(1) * offset;
}

/// Distance to the centre below which `quantile` of all normal patches lie.
at::Tensor normal_radius(const at::Tensor& normal, const at::Tensor& drawn, const GlassBatch& batch, double quantile) {
  const at::NoGradGuard no_grad;
  at::Tensor distances = lengths(normal - batch.centre);
  if (drawn.defined()) distances = at::cat({lengths(drawn - batch.centre).masked_select(batch.mask.eq(0)), distances});
  return at::quantile(distances, quantile);
}

/// Noise that the discriminator's gradient makes more anomalous, kept between one and two radii from the centre.
at::Tensor global_anomalies(GlassModel& model, const at::Tensor& normal, const GlassBatch& batch,
                            const GlassStepOptions& options, GlassStep& step) {
  GlassAscent ascent(model, normal.detach());
  at::Tensor noisy = normal + batch.noise;
  for (int64_t k = 1; k <= options.ascent_steps; ++k) {
    const at::Tensor gradient = ascent.gradient(noisy.detach());
    noisy = at::addcmul(noisy, gradient, options.step_size / (lengths(gradient) + tiny).unsqueeze(1));
    if (k % steps_between_clamps == 0) noisy = projected(noisy, batch.centre, step.radius, 1, 2);
    if (k == steps_between_clamps) step.first_clamp = noisy.detach();
  }
  step.global_anomalies = noisy.detach();
  return noisy;
}

/// Focal loss of the harder patches with drawn anomalies. scores [N, 1], mask [N].
at::Tensor focal_loss(const at::Tensor& scores, const at::Tensor& mask, double quantile, GlassStep& step) {
  const at::Tensor s = scores.squeeze(1), error = (s.detach() - mask).square();
  step.hard_threshold = at::quantile(error, quantile);
  const at::Tensor hard = error.ge(step.hard_threshold).nonzero().squeeze(1);
  const at::Tensor score = s.index_select(0, hard), anomalous = mask.index_select(0, hard).gt(0);
  const at::Tensor own = at::where(anomalous, score, 1 - score), other = at::where(anomalous, 1 - score, score);
  const at::Tensor p = own * (1 - focal_smooth) + other * focal_smooth + focal_smooth;
  return ((1 - p).square() * p.log()).neg().mean();
}

}  // namespace

GlassStep glass_step(GlassModel& model, const GlassBatch& batch, const GlassStepOptions& options) {
  const at::AutoGradMode recording(true);
  GlassStep step;
  const bool local = batch.drawn.defined();
  const at::Tensor normal = model.adapted(batch.normal);
  const at::Tensor drawn = local ? model.adapted(batch.drawn) : at::Tensor();
  step.radius = normal_radius(normal, drawn, batch, options.radius_quantile);

  const at::Tensor noisy = global_anomalies(model, normal, batch, options, step);
  const at::Tensor scores = model.training_scores(at::cat({normal, noisy}));
  const at::Tensor normal_scores = scores.narrow(0, 0, normal.size(0));
  const at::Tensor global_scores = scores.narrow(0, normal.size(0), noisy.size(0));
  const at::Tensor bce = at::binary_cross_entropy(normal_scores, at::zeros_like(normal_scores)) +
                         at::binary_cross_entropy(global_scores, at::ones_like(global_scores));
  at::Tensor loss = bce;
  if (local) {
    const at::Tensor clamped =
        at::where(batch.mask.unsqueeze(1).gt(0), projected(drawn, batch.centre, step.radius, 2, 4), drawn);
    const at::Tensor drawn_scores = model.training_scores(clamped);
    const at::Tensor focal = focal_loss(drawn_scores, batch.mask, options.hard_quantile, step);
    loss = bce + focal;
    step.drawn_clamped = clamped.detach();
    step.drawn_scores = drawn_scores.detach();
    step.focal = focal.detach();
  }
  loss.backward();
  step.normal_scores = normal_scores.detach();
  step.global_scores = global_scores.detach();
  step.bce = bce.detach();
  step.loss = loss.detach();
  return step;
}

}  // namespace adrep
