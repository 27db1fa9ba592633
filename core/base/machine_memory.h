#pragma once
#include <cstdint>

namespace adrep {

/// Bytes of memory that this machine has.
int64_t machine_memory();

}  // namespace adrep
