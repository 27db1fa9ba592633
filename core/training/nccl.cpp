#include "core/training/nccl.h"

#include <dlfcn.h>

#include "core/base/device.h"
#include "core/base/error.h"

namespace adrep {
namespace {

using Open = c10d::Backend*(const NcclRequest&);

/// The function of nccl_module.cpp; nullptr where there is none.
Open* opener() {
  // beside adrep's library; it links LibTorch's CUDA library, which adrep itself does not
  static void* const module = dlopen("libadrep_nccl.so", RTLD_NOW);
  return module ? reinterpret_cast<Open*>(dlsym(module, "adrep_open_nccl")) : nullptr;
}

}  // namespace

void require_nccl() {
  if (const CudaState cuda = cuda_state(); !cuda.available) throw_failure("{}", cuda.why_not);
  if (!opener()) throw_failure("this build has no NCCL (build with the LibTorch of scripts/setup.sh --cuda)");
}

c10::intrusive_ptr<c10d::Backend> open_nccl(const NcclRequest& request) {
  return c10::intrusive_ptr<c10d::Backend>::reclaim(opener()(request));
}

}  // namespace adrep
