#pragma once
#include <torch/csrc/distributed/c10d/Backend.hpp>
#include <torch/csrc/distributed/c10d/Store.hpp>

#include <chrono>

namespace adrep {

/// One of several processes that want to exchange tensors of their GPUs by NCCL.
struct NcclRequest {
  c10::intrusive_ptr<c10d::Store> store;  ///< of these processes, for this alone
  int rank = 0, size = 1;
  at::Device device = at::Device(at::kCUDA, 0);
  std::chrono::seconds timeout{50};  ///< of every exchange
};

/// Throws Error, saying why, where this process can have no NCCL: without a GPU, or in a build without libadrep_nccl.so
/// (LibTorch without CUDA, or without the headers of CUDA and NCCL).
void require_nccl();

/// c10d's NCCL, once require_nccl() has come through in all processes; all ask together. A work's wait() blocks until
/// the exchange is done, and throws when the time is over. Throws std::exception when there is none, as in all
/// processes where two of them share a GPU.
c10::intrusive_ptr<c10d::Backend> open_nccl(const NcclRequest& request);

}  // namespace adrep
