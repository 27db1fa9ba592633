#pragma once
#include <filesystem>
#include <string>

#include "core/backbones/activation_choice.h"
#include "core/backbones/vit_settings.h"

namespace adrep {

/// The input normalisation that a vision transformer's images go through, and how that is known.
struct NormalisationChoice {
  InputNormalisation values;
  bool usual = true;  ///< the one of VitOutline::normalisation
  std::string why;    ///< "as open_clip_config.json beside it says"
};

/// That of a published file (known_weights.h), else what a configuration beside the file says (config_beside.h), else
/// the usual one. A kept model says which it was computed with, or that it was the usual one. Throws InputError when
/// the configurations contradict each other or say what is no normalisation.
NormalisationChoice choose_normalisation(const VitOutline& outline, const std::filesystem::path& file,
                                         const std::string& sha256, const VitSettings& settings);

/// "mean 0.5 0.5 0.5, std 0.5 0.5 0.5": equal texts are equal numbers.
std::string to_text(const InputNormalisation& normalisation);

}  // namespace adrep
