#pragma once
#include <cstdint>
#include <string>

#include "core/base/random.h"
#include "core/io/safetensors.h"
#include "detectors/uniad/masked_attention.h"

namespace adrep {

/// The sizes of a UniAD transformer.
struct UniadShape {
  int64_t channels = 0, height = 0, width = 0;  ///< of the features it rebuilds
  int64_t hidden = 512, heads = 8, feedforward = 2048;
  int64_t encoder_layers = 4, decoder_layers = 4;
  Neighbourhood neighbours{};  ///< what attention leaves out around a position
};

/// UniAD's reconstruction (You et al. 2022; reference code; protocol §7), with the reference's names of parameters.
class UniadModel {
 public:
  /// The reference's initial values: Xavier uniform, zero biases, standard normal queries, positions in [0, 1). Its
  /// layers are copies of one, so those that it does not set anew start equal: attention's input map and the queries.
  static UniadModel random(const UniadShape& shape, Random& random);

  /// Throws InputError naming `source` and the parameter when one is missing or of another shape.
  static UniadModel load(const TensorMap& parameters, const UniadShape& shape, const std::string& source);

  /// features [B, T, C] of the T = H·W positions -> their reconstruction [B, T, C]. Gradients are recorded for
  /// parameters that require them.
  at::Tensor reconstruct(const at::Tensor& features, Dropout dropout = {}) const;

  /// Numbers in a model of this shape.
  static int64_t parameter_count(const UniadShape& shape);

  void to(const at::Device& device);
  const TensorMap& parameters() const { return parameters_; }
  const UniadShape& shape() const { return shape_; }

 private:
  UniadModel(TensorMap parameters, const UniadShape& shape);
  at::Tensor positions() const;  // [T, hidden]
  at::Tensor encode(at::Tensor x, const at::Tensor& position, Dropout& dropout) const;
  at::Tensor decode(const at::Tensor& memory, const at::Tensor& position, Dropout& dropout) const;
  at::Tensor normalised(const at::Tensor& x, const std::string& norm) const;
  at::Tensor feed_forward(const at::Tensor& x, const std::string& layer, Dropout& dropout) const;

  TensorMap parameters_;
  UniadShape shape_;
  at::Tensor blocked_;  // bool [T, T], undefined when nothing is left out
};

/// Noise proportional to each feature's length (UniAD Sec. 3.3): features + noise · ‖feature‖ / C · scale.
/// features and noise [B, T, C].
at::Tensor jittered(const at::Tensor& features, const at::Tensor& noise, double scale);

}  // namespace adrep
