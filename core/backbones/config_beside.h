#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

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

}  // namespace adrep
