#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "core/backbones/input_normalisation.h"

namespace adrep {

/// What a configuration beside a weights file says.
struct StatedActivation {
  std::string name;   ///< "gelu" or "quick_gelu"
  std::string where;  ///< "config.json beside it says hidden_act=gelu"
};

/// The activation that Hugging Face's config.json (`hidden_act`, of a whole CLIP that of `vision_config`; a CLIP
/// without one has quick_gelu, as transformers takes it) or OpenCLIP's open_clip_config.json (`quick_gelu`, false where
/// it is absent) in the file's folder states. None where there is no such file, where it is no JSON, or where it is of
/// a model of another width. Throws InputError when the two contradict each other, or name an activation that is
/// neither.
std::optional<StatedActivation> stated_activation(const std::filesystem::path& weights, int64_t width);

/// What a configuration beside a weights file says of its images.
struct StatedNormalisation {
  InputNormalisation values;
  std::string where;  ///< "open_clip_config.json"
};

/// The normalisation in the file's folder that Hugging Face's preprocessor_config.json, or processor_config.json with
/// an `image_processor`, states (`image_mean`, `image_std`; mean 0 and std 1 with do_normalize=false), or OpenCLIP's
/// open_clip_config.json (`preprocess_cfg`'s `mean`, `std`), or timm's config.json (`pretrained_cfg`'s). Where only one
/// of the two is there, the other is that of `usual`. None where neither is, where there is no such file, where it is
/// no JSON, or where it is of a model of another width, which of Hugging Face's its config.json says. Throws InputError
/// when two contradict each other, and for values that are not numbers, or a std that is not above 0.
std::optional<StatedNormalisation> stated_normalisation(const std::filesystem::path& weights, int64_t width,
                                                        const InputNormalisation& usual);

}  // namespace adrep
