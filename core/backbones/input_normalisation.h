#pragma once
#include <array>

namespace adrep {

/// Mean and standard deviation, RGB in [0, 1], that images are normalised with (protocol.md §1).
struct InputNormalisation {
  std::array<double, 3> mean{}, std{};
  bool operator==(const InputNormalisation&) const = default;
};

inline constexpr std::array<double, 3> imagenet_mean = {0.485, 0.456, 0.406}, imagenet_std = {0.229, 0.224, 0.225};
/// Of CLIP and ImageBind.
inline constexpr std::array<double, 3> clip_mean = {0.48145466, 0.4578275, 0.40821073},
                                       clip_std = {0.26862954, 0.26130258, 0.27577711};

}  // namespace adrep
