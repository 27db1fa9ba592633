#define USE_C10D_GLOO  // LibTorch's packages have it, but their headers ask

#include "core/training/process_group.h"

#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include <utility>

#include "core/base/device.h"
#include "core/base/failure.h"
#include "core/base/hash.h"
#include "core/base/log.h"
#include "core/base/parallel.h"
#include "core/training/nccl.h"

namespace adrep {
namespace {

/// On the device that is sent from, in memory order, of a type that the backends know.
at::Tensor sendable(const at::Tensor& values, const at::Device& from) {
  const at::Tensor plain = values.detach().to(from).contiguous();
  return plain.scalar_type() == at::kBool ? plain.to(at::kByte) : plain;
}

}  // namespace

struct ProcessGroup::Connection {
  c10::intrusive_ptr<c10d::Store> store;
  c10::intrusive_ptr<c10d::Backend> gloo;
  std::string who;  ///< "process 1 of 4"
  std::chrono::seconds timeout;
  c10::intrusive_ptr<c10d::Backend> nccl = {};
  bool nccl_tried = false, lost = false;

  ~Connection() {
    if (!nccl) return;
    try {
      lost ? nccl->abort() : nccl->shutdown();
    } catch (const std::exception&) {  // the processes part anyway
    }
  }

  at::Device sent_from(const c10d::Backend& backend, const at::Tensor& values) const {
    return &backend == gloo.get() ? at::Device(at::kCPU) : values.device();
  }

  /// Runs a collective; what goes wrong becomes one line.
  template <class Collective>
  void run(const Collective& collective) {
    try {
      collective()->wait();
    } catch (const std::exception& problem) {
      lost = true;
      const std::string text = problem.what();  // of Gloo or of NCCL
      const bool late = text.find("imed out") != std::string::npos || text.find("timeout:") != std::string::npos;
      throw_failure("{}: {}; start all processes again, they continue from the latest saved state", who,
                    late ? fmt::format("another process did not answer within {} s (timeout=)", timeout.count())
                         : "the connection to another process is lost");
    }
  }
};

ProcessGroup::ProcessGroup(const ProcessPlace& place, std::chrono::seconds timeout) : place_(place) {
  if (alone()) return;
  const std::string who = fmt::format("process {} of {}", place.rank, place.size);
  try {
    c10d::TCPStoreOptions options;
    options.port = static_cast<uint16_t>(place.port);
    options.isServer = place.hosts_store;
    options.numWorkers = static_cast<size_t>(place.size);
    options.timeout = timeout;
    const auto store = c10::make_intrusive<c10d::PrefixStore>(
        "adrep/" + place.attempt, c10::make_intrusive<c10d::TCPStore>(place.address, options));
    const auto gloo = c10::make_intrusive<c10d::ProcessGroupGloo>(
        store, place.rank, place.size, c10d::ProcessGroupGloo::Options::create_default(timeout));
    connection_ = std::make_shared<Connection>(Connection{store, gloo, who, timeout});
  } catch (const std::exception& problem) {
    const std::string text = problem.what();
    const bool taken = text.find("EADDRINUSE") != std::string::npos;
    throw_failure(
        "{}: {}", who,
        taken ? fmt::format("MASTER_PORT={} is in use on this machine; choose another", place.port)
              : fmt::format("the processes did not find each other at {}:{} within {} s; check that all {} were "
                            "started with the same MASTER_ADDR and MASTER_PORT",
                            place.address, place.port, timeout.count(), place.size));
  }
}

/// NCCL where every process has it and a first sum comes through; else none, and process 0 says so.
c10::intrusive_ptr<c10d::Backend> ProcessGroup::agreed_nccl(const at::Device& device) const {
  c10::intrusive_ptr<c10d::Backend> nccl;
  std::string why_not = "another process has none";
  const auto all_can = [&](const auto& step) {
    bool failed = false;
    try {
      step();
    } catch (...) {
      failed = true;
      why_not = current_failure().line;
    }
    return !any(failed);
  };
  const auto store = c10::make_intrusive<c10d::PrefixStore>("nccl", connection_->store);
  std::vector<at::Tensor> one = {at::ones({1}, device)};
  if (all_can(require_nccl) && all_can([&] {
        nccl = open_nccl({store, rank(), size(), device, connection_->timeout});
      }) &&
      all_can([&] { nccl->allreduce(one)->wait(); }))
    return nccl;
  if (first()) log_warning("GPUs exchange through host memory, without NCCL: " + why_not);
  return {};
}

c10d::Backend& ProcessGroup::backend_of(const at::Device& device) const {
  Connection& c = *connection_;
  if (!device.is_cuda()) return *c.gloo;
  if (!std::exchange(c.nccl_tried, true)) c.nccl = agreed_nccl(device);
  return c.nccl ? *c.nccl : *c.gloo;
}

std::string ProcessGroup::carrier(const at::Device& device) const {
  return !alone() && &backend_of(device) == connection_->nccl.get() ? "nccl" : "gloo";
}

at::Tensor ProcessGroup::reduced(const at::Tensor& values, bool smallest) const {
  if (alone()) return values.detach();
  c10d::Backend& backend = backend_of(values.device());
  std::vector<at::Tensor> tensors = {sendable(values, connection_->sent_from(backend, values)).clone()};
  c10d::AllreduceOptions options;
  options.reduceOp = smallest ? c10d::ReduceOp::MIN : c10d::ReduceOp::SUM;
  connection_->run([&] { return backend.allreduce(tensors, options); });
  return tensors[0].to(values.device());
}

at::Tensor ProcessGroup::sum(const at::Tensor& values) const {
  return reduced(values, false);
}

at::Tensor ProcessGroup::smallest(const at::Tensor& values) const {
  return reduced(values, true);
}

bool ProcessGroup::any(bool value) const {
  return alone() ? value : sum(at::scalar_tensor(value ? 1 : 0, at::kLong)).item<int64_t>() > 0;
}

at::Tensor ProcessGroup::gather(const at::Tensor& values) const {
  if (alone()) return values.detach().unsqueeze(0);
  c10d::Backend& backend = backend_of(values.device());
  std::vector<at::Tensor> inputs = {sendable(values, connection_->sent_from(backend, values))};
  std::vector<std::vector<at::Tensor>> outputs(1);
  for (int rank = 0; rank < size(); ++rank) outputs[0].push_back(at::empty_like(inputs[0]));
  connection_->run([&] { return backend.allgather(outputs, inputs); });
  return at::stack(outputs[0]).to(values.options());
}

std::optional<int> ProcessGroup::differing(const std::string& text) const {
  std::string hash = sha256_of(text);
  const at::Tensor all = gather(at::from_blob(hash.data(), {static_cast<int64_t>(hash.size())}, at::kByte));
  for (int other = 1; other < size(); ++other)
    if (!all[other].equal(all[0])) return other;
  return std::nullopt;
}

std::string ProcessGroup::device(const std::string& text) const {
  if (alone() || text != "cuda") return text;
  // a launcher may have left each process only its own GPU
  return fmt::format("cuda:{}", cuda_state().devices == 1 ? 0 : place_.local_rank);
}

int64_t ProcessGroup::threads(int64_t threads) const {
  if (alone() || threads > 0) return threads;
  return std::max<int64_t>(1, available_processors() / place_.local_size);
}

}  // namespace adrep
