#pragma once
#include <array>

#include "core/backbones/vit_architecture.h"

namespace adrep {

/// What all vision transformers of one origin have in common and no shape in their files says.
struct VitFamily {
  std::array<double, 3> mean{}, std{};       ///< of the input normalisation, RGB in [0, 1]
  Activation activation = Activation::gelu;  ///< of an MLP without gate; of one with a gate it is SiLU
  double norm_eps = 1e-6;
  PositionRule position{}, register_position{};  ///< the second for models with registers
  int64_t head_width = 64;                       ///< channels of an attention head

  /// Gives all of it but the heads to an architecture whose gate and registers are known.
  void complete(VitArchitecture& architecture) const {
    architecture.activation = architecture.gated ? Activation::silu : activation;
    architecture.norm_eps = norm_eps;
    architecture.position = architecture.registers > 0 ? register_position : position;
    architecture.normalisation = {mean, std};
  }
};

VitFamily dinov2_family();
VitFamily clip_family();
VitFamily imagebind_family();

}  // namespace adrep
