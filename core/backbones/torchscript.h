#pragma once
#include "core/backbones/backbone.h"

namespace adrep {

/// Any network that was saved by torch.jit.save: its code is run, so only use files that you trust. It takes normalised
/// images [B, 3, H, W] and gives a tensor, or a tuple or list of tensors, [B, C, H', W']: the levels, in that order.
/// Attributes `mean` and `std` of the module (three numbers each, RGB in [0, 1]) are its input normalisation, without
/// them ImageNet's. Used as backbone=torchscript:FILE.
class TorchScriptBackbone final : public Backbone {
 public:
  /// Throws InputError when the file is no TorchScript archive, saying so of a .pt2 of torch.export.
  TorchScriptBackbone(BackboneInfo info, const BackboneOptions& options);
  ~TorchScriptBackbone() override;

  const BackboneInfo& info() const override { return info_; }
  /// Runs the network on zeros of this size. Throws InputError when it cannot take them or its outputs are no levels.
  std::vector<LevelShape> shapes(int64_t height, int64_t width) const override;
  /// Not known of a script: 0.
  double flops(int64_t height, int64_t width) const override;
  Levels forward(const at::Tensor& images) const override;
  TensorMap trainable_parameters() const override;

 private:
  struct Module;
  void read_normalisation();
  /// Whether a pass of one image of this side goes through.
  bool takes(int64_t side) const;
  /// After a failed pass: throws InputError where another size or fp32 goes through, saying so.
  void explain_failure(int64_t height, int64_t width) const;

  BackboneInfo info_;
  BackboneOptions options_;
  std::unique_ptr<Module> module_;
};

}  // namespace adrep
