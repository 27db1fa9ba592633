#include "core/base/device.h"

#include <ATen/Parallel.h>
#include <dlfcn.h>

#include <charconv>

#include "core/base/error.h"
#include "core/base/parallel.h"

namespace adrep {

CudaState cuda_state() {
  // adrep links only LibTorch's CPU library; loading the CUDA one registers its backend
  static const bool loaded = dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL) != nullptr;
  if (!loaded) return {false, 0, "LibTorch's CUDA library cannot be loaded (scripts/setup.sh --cuda brings it)"};
  if (!at::hasCUDA()) return {false, 0, "no usable CUDA device"};
  const int devices = static_cast<int>(at::detail::getCUDAHooks().deviceCount());
  if (devices == 0) return {false, 0, "no CUDA device on this machine"};
  return {true, devices, ""};
}

at::Device open_device(const std::string& text) {
  if (text == "cpu") return at::kCPU;
  int index = 0;
  const bool plain = text == "cuda";
  if (!plain) {
    const std::string number = text.starts_with("cuda:") ? text.substr(5) : "";
    const auto [stop, failed] = std::from_chars(number.data(), number.data() + number.size(), index);
    if (number.empty() || failed != std::errc() || stop != number.data() + number.size() || index < 0 || index > 127)
      throw_input("device={}: expected cpu, cuda or cuda:INDEX", text);
  }
  const CudaState state = cuda_state();
  if (!state.available) throw_input("device={}: {}; use device=cpu", text, state.why_not);
  if (index >= state.devices) throw_input("device={}: there are {} CUDA devices, counted from 0", text, state.devices);
  return at::Device(at::kCUDA, static_cast<c10::DeviceIndex>(index));
}

int set_threads(int64_t threads) {
  const int count = threads > 0 ? static_cast<int>(threads) : available_processors();
  at::set_num_threads(count);
  return count;
}

}  // namespace adrep
