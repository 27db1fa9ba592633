#pragma once
#include "core/backbones/vit_settings.h"
#include "core/backbones/vit_weights.h"

namespace adrep {

/// The architecture of a weights file of this layout (recognised_layout): sizes from the shapes of its tensors, from
/// its family what no shape says, heads and levels from the settings where they say anything. Only the
/// tensors that sizes are read from are looked at; take_vit_weights compares all of them with it. Throws InputError
/// when one of these is missing, misshapen or larger than any model is, or when a setting does not fit the file.
VitArchitecture vit_architecture_of(const TensorMap& tensors, const VitLayout& layout, const std::string& file,
                                    const VitSettings& settings);

}  // namespace adrep
