#pragma once
// Small vision transformers from golden files.
#include "core/backbones/vision_transformer.h"
#include "support/golden.h"

namespace adrep::test {

/// What every golden of a vision transformer says of it; the rest depends on the family.
inline VitArchitecture golden_architecture(const Golden& golden) {
  const nlohmann::json& d = golden.description;
  VitArchitecture a;
  a.name = "golden";
  a.width = d.at("width"), a.heads = d.at("heads"), a.depth = d.at("depth"), a.patch = d.at("patch");
  a.hidden = 4 * a.width;
  a.trained_grid = d.at("trained_size").get<int64_t>() / a.patch;
  a.norm_eps = d.value("layer_norm_eps", 1e-6);
  a.layers.clear();
  if (d.contains("layers")) a.layers = d.at("layers").get<std::vector<int64_t>>();
  for (int64_t i = 1; a.layers.empty() || a.layers.back() < a.depth; ++i) a.layers.push_back(i);
  return a;
}

inline VitArchitecture golden_dinov2(const Golden& golden) {
  VitArchitecture a = golden_architecture(golden);
  a.layer_scale = true;
  a.registers = golden.description.at("registers");
  a.position = {golden.description.at("interpolate_offset"), golden.description.value("antialias", false)};
  return a;
}

inline VitArchitecture golden_clip(const Golden& golden) {
  VitArchitecture a = golden_architecture(golden);
  a.activation = Activation::quick_gelu;
  a.pre_norm = true;
  a.patch_bias = false;
  return a;
}

inline VitArchitecture golden_imagebind(const Golden& golden) {
  VitArchitecture a = golden_architecture(golden);
  a.frames = golden.description.at("frames");
  a.pre_norm = true;
  a.patch_bias = false;
  return a;
}

/// The tensors under `weights/`, as their file would hold them.
inline TensorMap golden_weights(const Golden& golden) {
  return golden.below("weights/");
}

inline std::unique_ptr<VisionTransformer> make_vit(const TensorMap& weights, const VitArchitecture& architecture,
                                                   const BackboneOptions& options = {}) {
  BackboneInfo info;
  info.name = architecture.name;
  return std::make_unique<VisionTransformer>(take_vit_weights(weights, "weights.pth", architecture), architecture, info,
                                             options);
}

}  // namespace adrep::test
