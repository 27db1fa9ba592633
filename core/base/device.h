#pragma once
#include <ATen/ATen.h>

#include <string>

namespace adrep {

/// "cpu", "cuda" or "cuda:1" as a device that works. CUDA's libraries are loaded only when asked for.
/// Throws InputError when the text is no device or the device is not there.
at::Device open_device(const std::string& text);

/// Whether a CUDA device can be used, and if not why.
struct CudaState {
  bool available = false;
  int devices = 0;
  std::string why_not;
};
CudaState cuda_state();

/// Sets how many threads compute; 0: one a core. Returns the number.
int set_threads(int64_t threads);

}  // namespace adrep
