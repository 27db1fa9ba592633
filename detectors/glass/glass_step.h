#pragma once
#include "detectors/glass/glass_model.h"

namespace adrep {

/// Numbers of a training step. Defaults: the published settings.
struct GlassStepOptions {
  int64_t ascent_steps = 20;
  double step_size = 0.001;
  double radius_quantile = 0.75;
  double hard_quantile = 0.5;
};

/// What a step starts from, N = images · positions.
struct GlassBatch {
  at::Tensor normal;  ///< [N, C] patches of training images, before the adaptor
  at::Tensor noise;   ///< [N, C], added after the adaptor
  at::Tensor drawn;   ///< [N, C] patches of the same images with drawn anomalies, before the adaptor; or undefined
  at::Tensor mask;    ///< [N] float32, 1 where drawn; undefined when `drawn` is
  at::Tensor centre;  ///< [N, C] mean adapted patch of each position
};

/// Everything a step computed, without gradients. Losses are 0-dim.
struct GlassStep {
  at::Tensor radius;            ///< r_t
  at::Tensor first_clamp;       ///< [N, C] noisy features after five ascent steps and the clamp
  at::Tensor global_anomalies;  ///< [N, C] after all of them
  at::Tensor drawn_clamped;     ///< [N, C]; undefined without drawn anomalies, as all below it but `bce` and `loss`
  at::Tensor normal_scores, global_scores, drawn_scores;  ///< [N, 1]
  at::Tensor hard_threshold, focal;
  at::Tensor bce, loss;
};

/// One iteration of GLASS' training up to the gradients, which are added to those of the model's parameters that
/// require them (protocol §7; reference code, hypersphere variant): gradient ascent and truncated projection of noisy
/// features, clamp of drawn anomalies, BCE, and focal loss over the harder part. Without drawn anomalies the loss is
/// the BCE.
GlassStep glass_step(GlassModel& model, const GlassBatch& batch, const GlassStepOptions& options);

}  // namespace adrep
