#include "core/training/process_group.h"

#include <catch2/catch.hpp>
#include <map>
#include <torch/csrc/distributed/c10d/HashStore.hpp>

#include "core/base/device.h"
#include "core/base/error.h"
#include "core/training/nccl.h"
#include "support/cuda.h"
#include "support/processes.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;

namespace {

ProcessPlace place_of(const std::map<std::string, std::string>& variables) {
  return process_place([&](const char* name) {
    const auto place = variables.find(name);
    return place == variables.end() ? std::string() : place->second;
  });
}

/// Why NCCL cannot be had, or nothing.
std::string nccl_problem() {
  try {
    require_nccl();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("process place: one process without variables, torchrun's, srun's", "[processes]") {
  REQUIRE(place_of({}).size == 1);
  REQUIRE(place_of({{"WORLD_SIZE", "1"}, {"RANK", "0"}}).size == 1);

  std::map<std::string, std::string> torchrun = {{"WORLD_SIZE", "4"},         {"RANK", "3"},
                                                 {"LOCAL_RANK", "1"},         {"LOCAL_WORLD_SIZE", "2"},
                                                 {"MASTER_ADDR", "machine0"}, {"MASTER_PORT", "29500"}};
  const ProcessPlace place = place_of(torchrun);
  REQUIRE((place.rank == 3 && place.size == 4 && place.local_rank == 1 && place.local_size == 2));
  REQUIRE((place.address == "machine0" && place.port == 29500 && !place.hosts_store && place.attempt.empty()));
  torchrun["RANK"] = torchrun["LOCAL_RANK"] = "0";
  REQUIRE(place_of(torchrun).hosts_store);
  torchrun["TORCHELASTIC_USE_AGENT_STORE"] = "True";
  torchrun["TORCHELASTIC_RESTART_COUNT"] = "2";
  REQUIRE_FALSE(place_of(torchrun).hosts_store);
  REQUIRE(place_of(torchrun).attempt == "2");

  std::map<std::string, std::string> srun = {{"SLURM_STEP_NUM_TASKS", "5"}, {"SLURM_PROCID", "2"},
                                             {"SLURM_LOCALID", "0"},        {"SLURM_STEP_TASKS_PER_NODE", "2(x2),1"},
                                             {"MASTER_ADDR", "n1"},         {"MASTER_PORT", "4000"}};
  const ProcessPlace task = place_of(srun);
  REQUIRE((task.rank == 2 && task.size == 5 && task.local_rank == 0 && task.local_size == 2 && task.port == 4000));
  // a batch script has the number of tasks but was not started by srun
  REQUIRE(place_of({{"SLURM_NTASKS", "5"}, {"SLURM_PROCID", "0"}}).size == 1);
}

TEST_CASE("process place: what is missing or wrong is named", "[processes]") {
  const std::map<std::string, std::string> good = {
      {"WORLD_SIZE", "2"}, {"RANK", "1"}, {"LOCAL_RANK", "1"}, {"MASTER_ADDR", "a"}, {"MASTER_PORT", "1"}};
  REQUIRE(place_of(good).rank == 1);
  const auto [name, value] = GENERATE(table<std::string, std::string>({{"WORLD_SIZE", "0"},
                                                                       {"WORLD_SIZE", "two"},
                                                                       {"RANK", ""},
                                                                       {"RANK", "2"},
                                                                       {"RANK", "-1"},
                                                                       {"LOCAL_RANK", "9"},
                                                                       {"MASTER_ADDR", ""},
                                                                       {"MASTER_PORT", "65536"},
                                                                       {"MASTER_PORT", "29500x"}}));
  auto wrong = good;
  wrong[name] = value;
  REQUIRE_THROWS_AS(place_of(wrong), InputError);
  REQUIRE_THROWS_WITH(place_of(wrong), Contains(name));
}

TEST_CASE("process group: sums, minima and gathers of three; alone everything is the identity", "[processes]") {
  const at::Tensor own = at::arange(6).view({2, 3});
  const ProcessGroup alone;
  REQUIRE((alone.alone() && alone.first() && alone.sum(own).equal(own) && alone.smallest(own).equal(own)));
  REQUIRE(alone.gather(own).equal(own.unsqueeze(0)));
  REQUIRE((alone.any(true) && !alone.any(false) && !alone.differing("x")));
  REQUIRE((alone.device("cuda") == "cuda" && alone.threads(0) == 0));

  std::vector<std::string> wrong(3);
  as_processes(3, [&](const ProcessGroup& group) {
    std::string& what = wrong[static_cast<size_t>(group.rank())];
    const auto expect = [&](bool right, const char* name) {
      if (!right) what += std::string(name) + " ";
    };
    const at::Tensor mine = own + group.rank();
    expect(group.sum(mine).equal(3 * own + 3), "sum");
    expect(mine.equal(own + group.rank()), "unchanged");
    expect(group.smallest(mine.to(at::kDouble)).equal(own.to(at::kDouble)), "smallest");
    expect(group.gather(mine.t()).equal(at::stack({own.t(), own.t() + 1, own.t() + 2})), "gather");
    expect(group.gather(mine.gt(2)).scalar_type() == at::kBool, "type");
    expect(group.any(group.rank() == 2) && !group.any(false), "any");
    expect(group.differing(group.rank() == 2 ? "b" : "a") == 2 && !group.differing("a"), "differing");
    const int own_gpu = cuda_state().devices == 1 ? 0 : group.rank();
    expect(group.device("cuda") == "cuda:" + std::to_string(own_gpu) && group.device("cpu") == "cpu", "device");
    expect(group.carrier(at::kCPU) == "gloo", "carrier");
    expect(group.threads(5) == 5 && group.threads(0) >= 1, "threads");
  });
  REQUIRE(wrong == std::vector<std::string>(3));
}

TEST_CASE("process group: one that leaves or does not come makes one line of the others", "[processes]") {
  REQUIRE_THROWS_WITH(as_processes(2,
                                   [](const ProcessGroup& group) {
                                     if (group.first()) static_cast<void>(group.sum(at::ones({1})));
                                   }),
                      Contains("process 0 of 2") && Contains("saved state") && !Contains("\n"));
  ProcessPlace place;
  place.size = 2;
  place.address = "127.0.0.1";
  place.port = free_port();
  place.hosts_store = true;
  REQUIRE_THROWS_WITH(ProcessGroup(place, std::chrono::seconds(1)), Contains("MASTER_PORT") && !Contains("\n"));
}

TEST_CASE("NCCL that cannot be had says why", "[processes]") {
  const std::string problem = nccl_problem();
  if (cuda_state().available)
    REQUIRE((problem.empty() || problem.find("setup.sh --cuda") != std::string::npos));
  else
    REQUIRE_THAT(problem, Contains("CUDA"));
}

TEST_CASE("NCCL with one process", "[gpu][needs_nccl][processes]") {
  REQUIRE_NOTHROW(require_nccl());
  const auto nccl = open_nccl({.store = c10::make_intrusive<c10d::HashStore>()});
  const at::Tensor own = at::arange(6).view({2, 3}).to(cuda_device());
  std::vector<at::Tensor> sums = {own.clone()};
  REQUIRE(nccl->allreduce(sums)->wait());
  REQUIRE(sums[0].equal(own));
  std::vector<at::Tensor> inputs = {own};
  std::vector<std::vector<at::Tensor>> outputs = {{at::zeros_like(own)}};
  REQUIRE(nccl->allgather(outputs, inputs)->wait());
  REQUIRE(outputs[0][0].equal(own));
  nccl->shutdown();
}

TEST_CASE("process group: GPUs exchange by NCCL where each process has its own, else through host memory",
          "[gpu][processes]") {
  cuda_device();  // loads CUDA's libraries before the threads need them
  // Catch2's assertions belong to one thread
  std::vector<std::string> wrong(2), carriers(2);
  const int gpus = cuda_state().devices;
  as_processes(2, [&](const ProcessGroup& group) {
    const auto rank = static_cast<size_t>(group.rank());
    const at::Device device(at::kCUDA, static_cast<c10::DeviceIndex>(gpus > 1 ? group.rank() : 0));
    const at::Tensor own = at::arange(6).view({2, 3}).to(device), mine = own + group.rank();
    const auto expect = [&](bool right, const char* name) {
      if (!right) wrong[rank] += std::string(name) + " ";
    };
    carriers[rank] = group.carrier(device);
    expect(group.sum(mine).equal(2 * own + 1), "sum");
    expect(group.sum(mine.to(at::kBFloat16)).equal((2 * own + 1).to(at::kBFloat16)), "bfloat16");
    expect(group.smallest(mine.to(at::kDouble)).equal(own.to(at::kDouble)), "smallest");
    expect(group.gather(mine.t()).equal(at::stack({own.t(), own.t() + 1})), "gather");
    expect(group.gather(mine.gt(2)).equal(at::stack({own.gt(2), own.gt(1)})), "gather of booleans");
    expect(group.any(group.rank() == 1), "any");  // by Gloo between two of NCCL
    expect(group.sum(mine).device() == device, "device");
  });
  REQUIRE(wrong == std::vector<std::string>(2));
  const std::string expected = gpus > 1 && nccl_problem().empty() ? "nccl" : "gloo";
  REQUIRE(carriers == std::vector<std::string>(2, expected));
}
