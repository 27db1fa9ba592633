#pragma once
#include "core/backbones/backbone.h"
#include "core/backbones/folded_convolution.h"

namespace adrep {

/// EfficientNet-Lite0 (ImageNet weights of TensorFlow, in the key names of protocol §10): SAME padding, ReLU6, no
/// squeeze-excite. Levels are the outputs of blocks 2, 4, 10 and 15: 24, 40, 112 and 320 channels at strides 4 to 32.
/// BatchNorm (eps 1e-3) is folded into the convolutions, which changes features by rounding only.
class EfficientNetLite0 final : public Backbone {
 public:
  /// `weights` must hold every key with its shape; the classifier and head are ignored. Throws InputError naming the
  /// file and every key that is missing, misshapen or unknown.
  EfficientNetLite0(const TensorMap& weights, BackboneInfo info, const BackboneOptions& options);

  const BackboneInfo& info() const override { return info_; }
  std::vector<LevelShape> shapes(int64_t height, int64_t width) const override;
  double flops(int64_t height, int64_t width) const override;
  Levels forward(const at::Tensor& images) const override;
  bool batch_invariant() const override;
  TensorMap trainable_parameters() const override;

 private:
  struct Convolution {
    FoldedConvolution folded;
    Rectifier rectifier = Rectifier::relu6;
  };
  struct Block {
    std::vector<Convolution> convolutions;  ///< expand (not in block 0), depthwise, project
    bool skip = false;
  };
  /// With SAME padding; `other` is added if it is defined, only where no rectifier follows.
  static at::Tensor apply(const Convolution& convolution, const at::Tensor& x, const at::Tensor& other = {});

  BackboneInfo info_;
  bool trainable_ = false;
  at::TensorOptions computed_in_;
  Convolution stem_;
  std::vector<Block> blocks_;
};

}  // namespace adrep
