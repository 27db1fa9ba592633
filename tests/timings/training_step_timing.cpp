// One training step of GLASS on glass.safetensors (normal and drawn patches [N, C]) and of UniAD on uniad.safetensors
// (features [B, T, C] of a square grid), with the published settings.
#include <ATen/core/grad_mode.h>

#include "core/training/adam.h"
#include "detectors/glass/glass.h"
#include "detectors/glass/glass_step.h"
#include "detectors/training/noise.h"
#include "detectors/training/trainer.h"
#include "detectors/uniad/uniad.h"
#include "timing.h"

namespace adrep::timing {
namespace {

void require_gradients(const TensorMap& parameters) {
  for (const auto& [key, parameter] : parameters) parameter.requires_grad_();
}

/// What of a step does not change: the patches, a tenth of them with drawn anomalies.
GlassBatch glass_batch(const Safetensors& input) {
  GlassBatch batch;
  batch.normal = input.at("normal");
  batch.drawn = input.at("drawn");
  batch.mask = at::zeros({batch.normal.size(0)});
  batch.mask.narrow(0, 0, batch.mask.size(0) / 10).fill_(1);
  batch.centre = at::zeros_like(batch.normal);
  return batch;
}

constexpr double published_noise = 0.015;

Call glass(const Safetensors& input) {
  const GlassParams params;
  Random random(1);
  const int64_t width = input.at("normal").size(1);
  const auto model = std::make_shared<GlassModel>(GlassModel::random(width, params.hidden, /*adaptor=*/true, random));
  require_gradients(model->discriminator_parameters());
  require_gradients(model->adaptor_parameters());
  const auto discriminator = std::make_shared<Adam>(model->discriminator_parameters(),
                                                    AdamParams{.weight_decay = 0.01, .decay = WeightDecay::decoupled});
  const auto adaptor = std::make_shared<Adam>(model->adaptor_parameters(), AdamParams{.weight_decay = 1e-5});
  const GlassStepOptions options{params.ascent_steps, params.step_size, params.radius_quantile, params.hard_quantile};
  return [=, batch = glass_batch(input)]() mutable {
    batch.noise = normal_noise(batch.normal.sizes(), 1, at::kCPU) * published_noise;
    discriminator->clear_gradients();
    adaptor->clear_gradients();
    const double loss = glass_step(*model, batch, options).loss.item<double>();
    adaptor->step(params.learning_rate);
    discriminator->step(2 * params.learning_rate);
    return loss;
  };
}

/// Products that a step needs: first layer of the normal patches, two for each ascent step, then forward, backward to
/// weights and inputs of three kinds of patches; the adaptor of two kinds.
double glass_flops(const Safetensors& input) {
  const GlassParams params;
  const double n = static_cast<double>(input.at("normal").size(0)), c = static_cast<double>(input.at("normal").size(1));
  const double layer = 2 * n * c * static_cast<double>(params.hidden);
  return layer * (1 + 2 * static_cast<double>(params.ascent_steps) + 3 * 3) + 2 * 2 * 2 * n * c * c;
}

UniadShape uniad_shape(const at::Tensor& features) {
  const auto side = static_cast<int64_t>(std::lround(std::sqrt(static_cast<double>(features.size(1)))));
  return {.channels = features.size(2), .height = side, .width = side};
}

Call uniad(const Safetensors& input) {
  const UniadParams params;
  const at::Tensor features = input.at("features");
  Random random(1);
  const auto model = std::make_shared<UniadModel>(UniadModel::random(uniad_shape(features), random));
  require_gradients(model->parameters());
  const auto adam = std::make_shared<Adam>(
      model->parameters(), AdamParams{.weight_decay = params.weight_decay, .decay = WeightDecay::decoupled});
  return [=] {
    const at::AutoGradMode recording(true);
    adam->clear_gradients();
    const at::Tensor noisy = jittered(features, normal_noise(features.sizes(), 1, at::kCPU), params.jitter);
    const at::Tensor loss = at::mse_loss(model->reconstruct(noisy, Dropout(params.dropout, {1})), features);
    loss.backward();
    clip_gradients(adam->parameters(), params.clip);
    adam->step(params.learning_rate);
    return loss.item<double>();
  };
}

/// Forward and twice that backward.
double uniad_flops(const Safetensors& input) {
  const UniadShape s = uniad_shape(input.at("features"));
  const double b = static_cast<double>(input.at("features").size(0)), t = static_cast<double>(s.height * s.width);
  const double e = static_cast<double>(s.hidden),
               attentions = static_cast<double>(s.encoder_layers + 2 * s.decoder_layers);
  const double layers = static_cast<double>(s.encoder_layers + s.decoder_layers);
  return 3 * 2 * b * t *
         (attentions * (4 * e * e + 2 * t * e) + layers * 2 * e * static_cast<double>(s.feedforward) +
          2 * e * static_cast<double>(s.channels));
}

[[maybe_unused]] const bool added_training_step[] = {add({"glass_step", "glass", glass, glass_flops}),
                                                     add({"uniad_step", "uniad", uniad, uniad_flops})};

}  // namespace
}  // namespace adrep::timing
