#pragma once
#include "core/backbones/position_embedding.h"
#include "core/backbones/transformer_block.h"
#include "core/backbones/vit_family.h"

namespace adrep {

/// A vision transformer (Dosovitskiy et al. 2021) as DINOv2, CLIP and ImageBind use it. Its levels are the outputs of
/// some blocks before the final norm, without class token and registers, [B, D, H/patch, W/patch]. Blocks after the
/// last of them are neither kept nor run.
class VisionTransformer final : public Backbone {
 public:
  /// Takes the weights over, block by block, so that a file larger than memory can be loaded. `info` says what is not
  /// known here: file, hash, input normalisation.
  VisionTransformer(VitWeights weights, VitArchitecture architecture, BackboneInfo info,
                    const BackboneOptions& options);

  const BackboneInfo& info() const override { return info_; }
  /// Throws InputError when a side is no multiple of the patch.
  std::vector<LevelShape> shapes(int64_t height, int64_t width) const override;
  double flops(int64_t height, int64_t width) const override;
  /// Levels of a frozen one are views of the blocks' outputs: [B, D, H, W] with the channels innermost.
  Levels forward(const at::Tensor& images) const override;
  bool batch_invariant() const override;
  TensorMap trainable_parameters() const override;

  /// images [B, 3, H, W] -> tokens [B, 1 + R + H·W/patch², D]: class token, registers, patches by rows, with position;
  /// before pre_norm
  at::Tensor embedded(const at::Tensor& images) const;

 private:
  int64_t prefix_tokens() const { return architecture_.prefix_tokens(); }

  VitArchitecture architecture_;
  BackboneInfo info_;
  BackboneOptions options_;
  Linear patch_;
  at::Tensor class_token_, class_position_, registers_;  ///< [1, D], [1, D], [R, D] or undefined
  PositionEmbedding position_;
  Normalisation pre_norm_;
  std::vector<TransformerBlock> blocks_;
};

/// Reads a weights file of any known layout into this architecture; activation and input normalisation are what
/// choose_activation and choose_normalisation make of the file.
std::unique_ptr<Backbone> load_vision_transformer(const VitArchitecture& architecture,
                                                  const std::filesystem::path& file, const BackboneOptions& options);

}  // namespace adrep
