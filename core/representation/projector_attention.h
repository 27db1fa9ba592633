#pragma once
#include "core/representation/projector.h"

namespace adrep {

/// What the layers of an attention projector attend to, in this order: their own tokens, a memory.
struct AttentionLayers {
  bool self = false;
  bool cross = false;
};

/// Weights of `params.layers` layers: layers.I.self_attn, layers.I.cross_attn, layers.I.mlp.
WeightSpecs attention_layer_weights(const ProjectorParams& params, int64_t channels, AttentionLayers kinds);

/// Every layer: x ← x ± self-attention(x); x ← x ± attention(x, memory); x ← x + MLP(x), without LayerNorm
/// (protocol §5). tokens [B, T, C]; memory [M, R, C], M = B or 1, used by cross.
at::Tensor attention_layers(const ProjectorParams& params, const WeightScope& weights, const at::Tensor& tokens,
                            const at::Tensor& memory, AttentionLayers kinds);

/// An architecture whose memory is made of references, learnt ones or residuals of normal images: they are mapped once
/// for all layers, so that such architectures differ in what is attended to and in nothing else.
WeightSpecs reference_projector_weights(const ProjectorParams& params, int64_t channels, AttentionLayers kinds);
/// references [M, R, C], M = B or 1
at::Tensor reference_projector(const ProjectorParams& params, const WeightScope& weights, const at::Tensor& tokens,
                               const at::Tensor& references, AttentionLayers kinds);

/// For ProjectorEntry::freeze of such an architecture without self-attention whose references are weights [1, R, C]:
/// every layer's keys and values, after which reference_projector does not look at the references.
void freeze_references(const ProjectorParams& params, const WeightScope& weights, const at::Tensor& references,
                       TensorMap& made);

}  // namespace adrep
