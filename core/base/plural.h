#pragma once
#include <cstdint>
#include <string>

namespace adrep {

/// "1 cell", "3 cells", "2 classes": a count with its noun, given in the singular.
std::string counted(int64_t count, const std::string& noun);

}  // namespace adrep
