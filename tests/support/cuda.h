#pragma once
#include <ATen/Context.h>

#include <catch2/catch.hpp>

namespace adrep::test {

/// True, with a warning, where there is no CUDA device.
inline bool no_cuda() {
  if (at::hasCUDA()) return false;
  WARN("skipped: no CUDA device");
  return true;
}

}  // namespace adrep::test
