#pragma once
#include <string>
#include <vector>

#include "core/backbones/vit_family.h"
#include "core/io/safetensors.h"

namespace adrep {

struct WeightAndBias {
  at::Tensor weight, bias;  ///< bias is undefined where there is none
};

/// Weights of one block, of the types that the file has.
struct VitBlockWeights {
  WeightAndBias norm1, norm2;            ///< [D]
  std::vector<WeightAndBias> attention;  ///< queries, keys, values: one of [3D, D] or three of [D, D]
  WeightAndBias out;                     ///< [D, D]
  at::Tensor scale1, scale2;             ///< [D], undefined without LayerScale
  WeightAndBias fc1, fc2;                ///< [H, D] ([2H, D] with a gate), [D, H]
};

/// Weights of a vision transformer, whatever its file called them.
struct VitWeights {
  WeightAndBias patch;                  ///< [D, 3, P, P], with frames [D, 3, F, P, P]
  at::Tensor class_token;               ///< [D]
  at::Tensor position;                  ///< [1 + M², D], the class token's first
  at::Tensor registers;                 ///< [R, D], undefined without
  WeightAndBias pre_norm;               ///< [D], undefined without
  std::vector<VitBlockWeights> blocks;  ///< those up to the last layer taken
  int64_t parameters = 0;               ///< elements of all of these
};

/// Key names of one kind of weights file (protocol §10). "X" stands for X.weight and X.bias. Empty: it has none.
struct VitLayout {
  std::string name;    ///< "OpenAI's CLIP archive"
  std::string marker;  ///< a key that only this kind has
  std::string patch, class_token, position, registers, pre_norm;
  bool flat_tokens = false;  ///< class token [D] and position [1 + M², D], else [1, 1, D] and [1, 1 + M², D]
  std::string blocks;        ///< before the block's number; "." follows it
  std::string norm1, norm2;
  std::vector<std::array<std::string, 2>> attention;  ///< full names of weight and bias
  std::string out, scale1, scale2, fc1, fc2;
  std::string gated_fc1, gated_fc2;  ///< instead, in a SwiGLU
  std::vector<std::string> only;     ///< prefixes outside which everything is ignored; empty: nothing is
  std::vector<std::string> ignored;  ///< prefixes of keys that are not used
  VitFamily family;                  ///< of the models that are published so
};

VitLayout dinov2_layout();
VitLayout openai_clip_layout();
VitLayout hugging_face_dinov2_layout();
VitLayout hugging_face_clip_layout();
VitLayout imagebind_layout();
VitLayout open_clip_tower_layout();           ///< CLIP's image tower alone: the archive's names without `visual.`
VitLayout hugging_face_clip_vision_layout();  ///< CLIPVisionModel of transformers 5: without `vision_model.`
/// All of these, in the order in which a file is compared with them.
std::vector<VitLayout> vit_layouts();

/// The layout of the file that the tensors come from, by their published names (vit_key_names.h). Throws InputError
/// when it is none of these; `architecture`
/// ("dinov2_base") is for the message.
VitLayout recognised_layout(const TensorMap& tensors, const std::string& file, const std::string& architecture);

/// Finds out which kind of file the tensors come from and takes those that the architecture uses; they stay where they
/// lie. Throws InputError when it is none of these kinds or of another architecture: with every missing, misshapen and
/// unknown key.
VitWeights take_vit_weights(TensorMap tensors, const std::string& file, const VitArchitecture& architecture);

}  // namespace adrep
