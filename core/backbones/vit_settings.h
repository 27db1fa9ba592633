#pragma once
#include <string>
#include <vector>

#include "core/base/schema.h"

namespace adrep {

/// What the backbone `vit` can be told of a weights file, as no shape in it says so.
struct VitSettings {
  int64_t vit_heads = 0;
  std::vector<std::string> vit_layers;
  std::string vit_activation = "auto";

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
  s.add(static_cast<std::string P::*>(&P::vit_activation), "vit.activation")
      .decides(Decides::backbone)
      .when(used)
      .one_of({"auto", "gelu", "quick_gelu"})
      .doc("activation in the blocks of backbone=vit; auto: quick_gelu in CLIP's layouts, else gelu; SiLU with a gate");
}

}  // namespace adrep
