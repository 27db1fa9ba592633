#include "core/base/version.h"

#include <adrep_build_info.h>
#if __has_include(<torch/headeronly/version.h>)
#include <torch/headeronly/version.h>
#else
#include <torch/csrc/api/include/torch/version.h>
#endif

namespace adrep {

std::string version() {
  return ADREP_VERSION;
}
std::string git_revision() {
  return ADREP_GIT_REVISION;
}
std::string build_type() {
  return ADREP_BUILD_TYPE;
}
std::string libtorch_version() {
  return std::to_string(TORCH_VERSION_MAJOR) + "." + std::to_string(TORCH_VERSION_MINOR) + "." +
         std::to_string(TORCH_VERSION_PATCH);
}

}  // namespace adrep
