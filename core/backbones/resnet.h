#pragma once
#include "core/backbones/backbone.h"
#include "core/backbones/folded_convolution.h"

namespace adrep {

/// What distinguishes one ResNet from another.
struct ResNetSpec {
  std::vector<int64_t> blocks;  ///< of each stage: {2, 2, 2, 2} in ResNet-18
  bool bottleneck = false;      ///< blocks of three convolutions with four times the channels, from ResNet-50 on
  int64_t inner_factor = 1;     ///< how much wider the inner convolutions are: 2 in WideResNet-50-2

  int64_t channels(int64_t stage) const { return (int64_t{64} << stage) * (bottleneck ? 4 : 1); }
  /// Levels for images of this size.
  std::vector<LevelShape> shapes(int64_t height, int64_t width) const;
};

/// ResNets in torchvision's key names: the levels are the outputs of the stages, at strides 4, 8, 16 and 32 (64, 128,
/// 256 and 512 channels, four times that with bottlenecks; the stride of a bottleneck is in its 3x3 convolution).
/// Stages that the specification leaves out, and the classifier, are neither read nor run.
class ResNet final : public Backbone {
 public:
  /// Throws InputError naming `info.weights_file` and every key that is missing, misshapen or unknown.
  ResNet(const TensorMap& weights, ResNetSpec spec, BackboneInfo info, const BackboneOptions& options);

  const BackboneInfo& info() const override { return info_; }
  std::vector<LevelShape> shapes(int64_t height, int64_t width) const override;
  double flops(int64_t height, int64_t width) const override;
  Levels forward(const at::Tensor& images) const override;
  bool batch_invariant() const override;
  TensorMap trainable_parameters() const override;

  /// images [B, 3, H, W], normalised -> the first convolution, ReLU and maximum of 3x3: [B, 64, ⌈⌈H/2⌉/2⌉, …]
  at::Tensor stem(const at::Tensor& images) const;

 private:
  struct Block {
    std::vector<FoldedConvolution> convolutions;
    std::vector<FoldedConvolution> shortcut;  ///< none or one
  };
  Block make_block(WeightTaker& weights, const std::string& name, int64_t in, int64_t width, int64_t stride) const;
  at::Tensor run(const Block& block, const at::Tensor& x) const;

  ResNetSpec spec_;
  BackboneInfo info_;
  BackboneOptions options_;
  FoldedConvolution stem_;
  std::vector<std::vector<Block>> stages_;
};

}  // namespace adrep
