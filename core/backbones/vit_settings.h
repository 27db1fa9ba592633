#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/backbones/input_normalisation.h"
#include "core/base/config.h"

namespace adrep {

/// Whether the backbone of this name is a vision transformer.
bool is_vision_transformer(const std::string& backbone);

/// What a vision transformer can be told of its weights file, as no shape in it says so: heads and layers of the
/// backbone `vit`, the activation of any.
struct VitSettings {
  int64_t vit_heads = 0;
  std::vector<std::string> vit_layers;
  std::string weights_activation = "auto";  ///< "": the usual one of its architecture, as adrep 0.2 took it
  /// No settings, but what a kept model says: that what lies beside the file does not count for the input
  /// normalisation, and which it was where that is not its architecture's.
  bool normalisation_beside = true;
  std::optional<InputNormalisation> normalisation{};

  /// `vit.activation` was the name of `weights.activation` in adrep 0.2, of the backbone `vit` alone: gives the key its
  /// present name. Throws InputError when both are there.
  static void rename_keys(RawConfig& raw) { rename_key(raw, "vit.activation", "weights.activation"); }

  /// Declares these fields for a struct that inherits them and has a parameter "backbone".
  template <class P>
  static void declare(Schema<P>& s);
};

template <class P>
void VitSettings::declare(Schema<P>& s) {
  const auto used = [](const ParamTexts& texts) { return texts("backbone") == "vit"; };
  s.add(static_cast<int64_t P::*>(&P::vit_heads), "vit.heads")
      .decides(Decides::backbone)
      .when(used)
      .at_least(0)
      .at_most(1024)
      .doc(
          "attention heads of backbone=vit, which divide its width; 0: as published, one every 64 channels, every 80 "
          "in ImageBind's layout");
  s.add(static_cast<std::vector<std::string> P::*>(&P::vit_layers), "vit.layers")
      .decides(Decides::backbone)
      .when(used)
      .example("vit.layers=4,8,12")
      .doc(
          "blocks of backbone=vit whose outputs are its levels, from 1, ascending; empty: those at a quarter, half and "
          "three quarters of its depth, and the last");
  s.add(static_cast<std::string P::*>(&P::weights_activation), "weights.activation")
      .decides(Decides::backbone)
      .when([](const ParamTexts& texts) { return is_vision_transformer(texts("backbone")); })
      .one_of({"auto", "gelu", "quick_gelu"})
      .example("weights.activation=gelu")
      .doc(
          "activation in a vision transformer's blocks; auto: of a published file (by its SHA-256), else what "
          "config.json or open_clip_config.json beside the file says, else quick_gelu for CLIP and gelu for others");
}

}  // namespace adrep
