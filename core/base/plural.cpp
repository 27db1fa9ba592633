#include "core/base/plural.h"

namespace adrep {

std::string counted(int64_t count, const std::string& noun) {
  const std::string ending = count == 1 ? "" : noun.ends_with('s') ? "es" : "s";
  return std::to_string(count) + " " + noun + ending;
}

}  // namespace adrep
