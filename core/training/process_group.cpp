#define USE_C10D_GLOO  // LibTorch's packages have it, but their headers ask

#include "core/training/process_group.h"

#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include <thread>

#include "core/base/error.h"
#include "core/base/hash.h"

namespace adrep {
namespace {

/// On the CPU, in memory order, of a type that Gloo knows.
at::Tensor sendable(const at::Tensor& values) {
  const at::Tensor plain = values.detach().to(at::kCPU).contiguous();
  return plain.scalar_type() == at::kBool ? plain.to(at::kByte) : plain;
}

}  // namespace

struct ProcessGroup::Connection {
  c10::intrusive_ptr<c10d::ProcessGroupGloo> gloo;
  std::string who;  ///< "process 1 of 4"
  std::chrono::seconds timeout;

  /// Runs a collective; what goes wrong becomes one line.
  template <class Collective>
  void run(const Collective& collective) const {
    try {
      collective()->wait();
    } catch (const std::exception& problem) {
      const bool late = std::string(problem.what()).find("Timed out") != std::string::npos;
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
    connection_ = std::make_shared<Connection>(
        Connection{c10::make_intrusive<c10d::ProcessGroupGloo>(
                       store, place.rank, place.size, c10d::ProcessGroupGloo::Options::create_default(timeout)),
                   who, timeout});
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

at::Tensor ProcessGroup::reduced(const at::Tensor& values, bool smallest) const {
  if (alone()) return values.detach();
  std::vector<at::Tensor> tensors = {sendable(values).clone()};
  c10d::AllreduceOptions options;
  options.reduceOp = smallest ? c10d::ReduceOp::MIN : c10d::ReduceOp::SUM;
  connection_->run([&] { return connection_->gloo->allreduce(tensors, options); });
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
  std::vector<at::Tensor> inputs = {sendable(values)};
  std::vector<std::vector<at::Tensor>> outputs(1);
  for (int rank = 0; rank < size(); ++rank) outputs[0].push_back(at::empty_like(inputs[0]));
  connection_->run([&] { return connection_->gloo->allgather(outputs, inputs); });
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
  return alone() || text != "cuda" ? text : fmt::format("cuda:{}", place_.local_rank);
}

int64_t ProcessGroup::threads(int64_t threads) const {
  if (alone() || threads > 0) return threads;
  return std::max<int64_t>(1, static_cast<int64_t>(std::thread::hardware_concurrency()) / place_.local_size);
}

}  // namespace adrep
