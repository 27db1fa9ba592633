// The one source file of libadrep_nccl.so (cmake/Nccl.cmake), no part of adrep's own library.
#define USE_C10D_NCCL  // LibTorch's packages have it, but their headers ask

#include <ATen/cuda/CUDAContext.h>
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>

#include <cstdlib>
#include <stdexcept>

#include "core/training/nccl.h"

namespace adrep {
namespace {

/// NCCL needs a GPU for every process. All see the same GPUs, so all throw or none.
void require_own_gpu(const NcclRequest& request) {
  const auto key = [](int rank) { return "gpu/" + std::to_string(rank); };
  const cudaUUID_t own = at::cuda::getDeviceProperties(request.device.index())->uuid;
  request.store->set(key(request.rank), std::string(own.bytes, sizeof own.bytes));
  std::vector<std::string> gpus;
  for (int rank = 0; rank < request.size; ++rank) gpus.push_back(request.store->get_to_str(key(rank)));
  for (size_t other = 1; other < gpus.size(); ++other)
    for (size_t rank = 0; rank < other; ++rank)
      if (gpus[rank] == gpus[other])
        throw std::runtime_error("processes " + std::to_string(rank) + " and " + std::to_string(other) +
                                 " share a GPU, which NCCL does not take");
}

}  // namespace
}  // namespace adrep

/// The caller owns one reference.
extern "C" c10d::Backend* adrep_open_nccl(const adrep::NcclRequest& request) {
  adrep::require_own_gpu(request);
  // wait() waits and throws, where otherwise (and with what torchrun sets) a thread of c10d ends the program when a
  // process is lost
  setenv("TORCH_NCCL_BLOCKING_WAIT", "1", 1);
  setenv("TORCH_NCCL_ASYNC_ERROR_HANDLING", "0", 1);
  FLAGS_caffe2_log_level = c10::GLOG_FATAL;  // what c10d would log of a lost process, adrep says in one line
  const auto options = c10d::ProcessGroupNCCL::Options::create();
  options->timeout = request.timeout;
  return c10::make_intrusive<c10d::ProcessGroupNCCL>(request.store, request.rank, request.size, options).release();
}
