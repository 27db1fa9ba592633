#pragma once
#include <string>

#include "core/base/random.h"
#include "core/io/safetensors.h"
#include "core/training/adam.h"

namespace adrep {

/// GLASS' networks (Chen et al. 2024; reference code; protocol §7) with the reference's names of parameters: an
/// optional linear adaptor (pre_projection.layers.0fc) and a discriminator of Linear, BatchNorm, LeakyReLU 0.2, Linear
/// without bias, sigmoid.
class GlassModel {
 public:
  static GlassModel random(int64_t width, int64_t hidden, bool adaptor, Random& random);
  /// Throws InputError naming `source` and the tensor when one is missing or of another shape.
  static GlassModel load(const TensorMap& state, int64_t width, int64_t hidden, bool adaptor,
                         const std::string& source);

  /// The adaptor's output, or x itself. x [N, C] -> [N, C].
  at::Tensor adapted(const at::Tensor& x) const;

  /// Anomaly probabilities with the running statistics. x [N, C], adapted -> [N].
  at::Tensor scores(const at::Tensor& x) const;

  /// The same with the batch's statistics, which move the running ones. Gradients are recorded. -> [N, 1].
  at::Tensor training_scores(const at::Tensor& x);

  /// Numbers in a model of this size.
  static int64_t parameter_count(int64_t width, int64_t hidden, bool adaptor);

  bool has_adaptor() const { return adaptor_; }
  /// Whether a state holds an adaptor's weights.
  static bool holds_adaptor(const TensorMap& state);
  void to(const at::Device& device);
  const TensorMap& state() const { return state_; }
  TensorMap discriminator_parameters() const;
  TensorMap adaptor_parameters() const;

 private:
  friend class GlassAscent;
  GlassModel(TensorMap state, bool adaptor);
  const at::Tensor& at(const std::string& key) const { return state_.at(key); }

  TensorMap state_;
  bool adaptor_ = false;
};

/// The direction that makes noisy features more anomalous to the discriminator. The normal features' part of its first
/// layer is the same in every step and computed once; their rows need no gradient.
class GlassAscent {
 public:
  /// normal [N, C], adapted.
  GlassAscent(GlassModel& model, const at::Tensor& normal);

  /// Gradient [M, C] of mean −log(score) of noisy [M, C] when [normal; noisy] is one BatchNorm batch. Moves the running
  /// statistics as a forward pass in training does.
  at::Tensor gradient(const at::Tensor& noisy);

 private:
  GlassModel& model_;
  int64_t count_;
  at::Tensor mean_, squares_;   // of the normal features' first layer: mean, and sum of squares about it
  at::Tensor hidden_, slopes_;  // [M, hidden] each, of the last call: fresh memory would cost as much as a pass over it
};

}  // namespace adrep
