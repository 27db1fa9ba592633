#pragma once
#include <ATen/ATen.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace c10d {
class Backend;
}

namespace adrep {

/// Which of several processes that work together this one is.
struct ProcessPlace {
  int rank = 0, size = 1;              ///< of all processes
  int local_rank = 0, local_size = 1;  ///< of those on this machine
  std::string address;                 ///< where the processes find each other
  int port = 0;
  bool hosts_store = false;  ///< this process listens there
  std::string attempt;       ///< keeps attempts apart that share a store
};

/// From torchrun's variables (RANK, WORLD_SIZE, LOCAL_RANK, LOCAL_WORLD_SIZE, MASTER_ADDR, MASTER_PORT) or those of
/// SLURM's srun (SLURM_PROCID, SLURM_STEP_NUM_TASKS, SLURM_STEP_TASKS_PER_NODE, SLURM_LOCALID, with MASTER_ADDR and
/// MASTER_PORT); one process alone without them. `variable` gives the value of a variable, "" when it is not set.
/// Throws InputError naming the variable that is missing or wrong.
ProcessPlace process_place(const std::function<std::string(const char*)>& variable);
/// The same from this process's environment.
ProcessPlace process_place();

/// Processes that compute together (c10d): all call the same functions in the same order, with tensors of the same
/// shape, type and kind of device. Made without arguments it is one process alone, for which every function is the
/// identity. Gloo carries tensors; those of GPUs NCCL, where every process has a GPU of its own and a build with NCCL,
/// else Gloo through host memory. When another process is lost or does not answer in time, a function throws Error with
/// one line.
class ProcessGroup {
 public:
  ProcessGroup() = default;
  /// Waits until all processes are there. Throws Error when they do not come within `timeout`.
  ProcessGroup(const ProcessPlace& place, std::chrono::seconds timeout);

  const ProcessPlace& place() const { return place_; }
  int rank() const { return place_.rank; }
  int size() const { return place_.size; }
  /// Whether this is the one that writes files and speaks.
  bool first() const { return place_.rank == 0; }
  bool alone() const { return place_.size == 1; }

  /// Sum and smallest of all processes' values, element by element; the same bits in every process.
  at::Tensor sum(const at::Tensor& values) const;
  at::Tensor smallest(const at::Tensor& values) const;
  /// Whether it is true in any process.
  bool any(bool value) const;
  /// [...] -> [size, ...], by rank.
  at::Tensor gather(const at::Tensor& values) const;

  /// The first process that gives another text than process 0, if any.
  std::optional<int> differing(const std::string& text) const;

  /// "nccl" or "gloo": what carries tensors of this device. All processes ask together.
  std::string carrier(const at::Device& device) const;

  /// "cuda" as the device of this process: "cuda:LOCAL_RANK", or "cuda:0" where it sees no other; anything else
  /// unchanged.
  std::string device(const std::string& text) const;
  /// How many threads compute here: an equal share of the machine's cores for 0, at least 1; else `threads`.
  int64_t threads(int64_t threads) const;

 private:
  struct Connection;
  c10::intrusive_ptr<c10d::Backend> agreed_nccl(const at::Device& device) const;
  c10d::Backend& backend_of(const at::Device& device) const;
  at::Tensor reduced(const at::Tensor& values, bool smallest) const;
  ProcessPlace place_;
  std::shared_ptr<Connection> connection_;
};

}  // namespace adrep
