#pragma once
#include <array>
#include <filesystem>
#include <string>

namespace adrep::test {

/// Backbones with seeded random weights, so that tests need no file of the installation. Their files are written when
/// they are asked for first, once a process, and removed at its end.

/// Channels of seeded_backbone's levels.
inline constexpr std::array<int64_t, 4> seeded_channels = {16, 24, 32, 40};

/// The name of a TorchScript backbone, "torchscript:FILE": four convolutions with a rectifier between them, a level
/// each, at strides 4, 8, 16 and 32 as EfficientNet-Lite0 has them.
std::string seeded_backbone();

/// A weights file of EfficientNet-Lite0 in its published layout and under its official name, for what a TorchScript
/// file cannot be: trained, or known by name. WeightsFolders of its folder makes it the installed one.
std::filesystem::path seeded_efficientnet();

}  // namespace adrep::test
