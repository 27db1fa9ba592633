#include "core/pretraining/pretrain_step.h"

#include "core/base/error.h"
#include "core/representation/reference_residuals.h"

namespace adrep {
namespace {

/// [B, C, H, W] -> [B·H·W, C]
at::Tensor rows_of(const at::Tensor& features) {
  return features.permute({0, 2, 3, 1}).reshape({-1, features.size(1)});
}

/// Image i in both views: [2, C, H, W].
at::Tensor both_views(const PretrainBatch& batch, int64_t level, int64_t i) {
  return at::stack({batch.view1[level][i], batch.view2[level][i]});
}

/// inputs [2B, C, H, W] through the level's projector. Images differ in their references, and may in their number, so
/// projectors that attend to them take the images one by one, each in both views.
at::Tensor projected(const PretrainBatch& batch, const at::Tensor& inputs, int64_t level, const TensorMap& weights,
                     const PretrainStepParams& params) {
  if (!projector_entry(params.projector).needs_references) return project(params.projector, weights, level, inputs);
  const int64_t b = batch.view1.batch(), positions = inputs.size(2) * inputs.size(3);
  std::vector<at::Tensor> outputs(static_cast<size_t>(2 * b));
  for (int64_t i = 0; i < b; ++i) {
    const at::Tensor& bank = batch.references[static_cast<size_t>(i)][static_cast<size_t>(level)];
    const at::Tensor memory =
        reference_residuals(bank, bank.size(0) / positions, params.match).unsqueeze(0).to(inputs.scalar_type());
    const at::Tensor pair = project(params.projector, weights, level, at::stack({inputs[i], inputs[b + i]}), memory);
    outputs[static_cast<size_t>(i)] = pair[0];
    outputs[static_cast<size_t>(b + i)] = pair[1];
  }
  return at::stack(outputs);
}

/// The weights in another type, with gradients to those given.
TensorMap in_type(const TensorMap& weights, at::ScalarType type) {
  TensorMap converted;
  for (const auto& [key, weight] : weights) converted[key] = weight.to(type);
  return converted;
}

void require_batch(const PretrainBatch& batch, const std::vector<at::Tensor>& centers) {
  const int64_t b = batch.view1.batch(), levels = batch.view1.count();
  if (b < 1 || batch.view2.count() != levels || static_cast<int64_t>(centers.size()) != levels)
    throw_failure("a step needs two views of the same levels and a centre a level, not {}, {} and {}", levels,
                  batch.view2.count(), centers.size());
  if (batch.masks.dim() != 4 || batch.masks.size(0) != b || static_cast<int64_t>(batch.references.size()) != b)
    throw_failure("a step of {} images needs as many masks and sets of references", b);
  for (int64_t l = 0; l < levels; ++l)
    if (batch.view1[l].dim() != 4 || batch.view1[l].sizes() != batch.view2[l].sizes())
      throw_failure("the two views differ in shape at level {}", l + 1);
  for (const auto& references : batch.references)
    if (static_cast<int64_t>(references.size()) != levels) throw_failure("a set of references lacks a level");
}

}  // namespace

Levels pretrain_inputs(const PretrainBatch& batch, const PretrainStepParams& params) {
  Levels inputs{{}, batch.view1.image_size};
  for (int64_t l = 0; l < batch.view1.count(); ++l) {
    if (!params.residual) {
      inputs.maps.push_back(at::cat({batch.view1[l], batch.view2[l]}));
      continue;
    }
    std::vector<at::Tensor> first, second;
    for (int64_t i = 0; i < batch.view1.batch(); ++i) {
      const at::Tensor& bank = batch.references[static_cast<size_t>(i)][static_cast<size_t>(l)];
      const at::Tensor residuals = residual(both_views(batch, l, i), bank, params.match);
      first.push_back(residuals[0]);
      second.push_back(residuals[1]);
    }
    first.insert(first.end(), second.begin(), second.end());
    inputs.maps.push_back(at::stack(first));
  }
  return inputs;
}

PretrainLosses pretrain_losses(const PretrainBatch& batch, const TensorMap& weights,
                               const std::vector<at::Tensor>& centers, const PretrainStepParams& params,
                               const ProcessGroup& group, StageClock* clock) {
  require_batch(batch, centers);
  const int64_t b = batch.view1.batch();
  const Levels inputs = pretrain_inputs(batch, params);
  const TensorMap used = in_type(weights, params.computed_in);
  PretrainLosses losses;
  for (int64_t l = 0; l < inputs.count(); ++l) {
    const int64_t h = inputs[l].size(2), w = inputs[l].size(3);
    const at::Tensor outputs =
        projected(batch, inputs[l].to(params.computed_in), l, used, params).to(inputs[l].scalar_type());
    if (clock) clock->lap("projector");
    const at::Tensor angle_labels = counted_patch_labels(batch.masks, h, w, params.label_pixels).flatten();
    const at::Tensor norm_labels = nearest_patch_labels(batch.masks, h, w).flatten();
    losses.levels.push_back(level_loss(rows_of(outputs.narrow(0, 0, b)), rows_of(outputs.narrow(0, b, b)), angle_labels,
                                       norm_labels, centers[static_cast<size_t>(l)], params.loss, params.memory_bytes,
                                       group));
    losses.radii.push_back(radius_spread(rows_of(outputs), norm_labels.repeat({2})));
    const at::Tensor& total = losses.levels.back().total;
    losses.total = losses.total.defined() ? losses.total + total : total;
    if (clock) clock->lap("losses");
  }
  return losses;
}

}  // namespace adrep
