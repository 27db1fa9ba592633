#pragma once
#include <string>

namespace adrep {

/// adrep's version, for example "0.1.0".
std::string version();
/// The git revision it was built from, or "unknown".
std::string git_revision();
/// CMake's build type, for example "Release".
std::string build_type();
/// The LibTorch that runs, for example "2.15.0".
std::string libtorch_version();

}  // namespace adrep
