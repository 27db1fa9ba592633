#pragma once
#include <cstdint>
#include <filesystem>
#include <string>

#include "core/backbones/input_normalisation.h"

namespace adrep {

/// What a vision transformer's file says before its weights are read.
struct VitOutline {
  int64_t patch = 1;                   ///< sides of images are multiples of it
  int64_t width = 0;                   ///< channels of its tokens
  int64_t levels = 0;                  ///< blocks whose outputs are levels
  std::string activation;              ///< "gelu" or "quick_gelu", as its architecture's authors have it
  bool gated = false;                  ///< its MLP has a gate, which goes with SiLU
  bool of_clip = false;                ///< CLIPs were trained with either activation, and no key says with which
  InputNormalisation normalisation{};  ///< of its images, as its architecture's authors have it
};

/// The activation that a weights file is computed with, and how that is known.
struct ActivationChoice {
  std::string name;    ///< "gelu", "quick_gelu"; "" with a gate
  bool usual = true;   ///< the one of VitOutline::activation
  bool guess = false;  ///< nothing says which it is
  std::string why;     ///< "config.json beside it says hidden_act=gelu"
};

/// What `weights.activation` makes of a file: "gelu" and "quick_gelu" are these; "auto" is that of a published file
/// (known_weights.h), else what config.json or open_clip_config.json beside the file says (config_beside.h), else the
/// usual one; "" is the usual one, whatever else is known. Throws InputError when an activation is asked for of a gated
/// MLP, or when the files beside it contradict each other or name an activation that is not known.
ActivationChoice choose_activation(const VitOutline& outline, const std::filesystem::path& file,
                                   const std::string& sha256, const std::string& setting);

/// What to do about a guess: "computed with QuickGELU, a guess: …".
std::string guess_advice(const ActivationChoice& choice);

}  // namespace adrep
