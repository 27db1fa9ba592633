#pragma once
#include "core/base/device.h"

namespace adrep::test {

/// The CUDA device. Throws InputError, which fails the test, where there is none: ctest knows the label `gpu` only
/// where there is one.
inline at::Device cuda_device() {
  return open_device("cuda");
}

}  // namespace adrep::test
