#pragma once
#include <string_view>

namespace adrep {

/// The name of a common image format that is not read, by a file's first bytes (12 or more are needed): "HEIC". ""
/// where it is none that is known.
std::string_view foreign_format(std::string_view first_bytes);

}  // namespace adrep
