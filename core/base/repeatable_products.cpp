#include "core/base/repeatable_products.h"

#include <cstdlib>

namespace adrep {
namespace {

/// Before the first product, which is when MKL reads it; what the user has set stays.
[[maybe_unused]] const bool asked = [] { return setenv("MKL_CBWR", "AUTO", /*overwrite=*/0) == 0; }();

}  // namespace

bool products_are_repeatable() {
  const char* mode = std::getenv("MKL_CBWR");
  return mode && *mode;
}

}  // namespace adrep
