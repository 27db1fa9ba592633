#include <charconv>
#include <cstdlib>

#include "core/base/error.h"
#include "core/training/process_group.h"

namespace adrep {
namespace {

using Variable = std::function<std::string(const char*)>;

int whole_number(const char* name, const std::string& text, int smallest, int largest) {
  int number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc() || end != text.data() + text.size() || number < smallest || number > largest)
    throw_input("{}={}: several processes need a whole number from {} to {} there", name, text, smallest, largest);
  return number;
}

int required(const Variable& variable, const char* name, int smallest, int largest) {
  const std::string text = variable(name);
  if (text.empty()) throw_input("{} is not set: several processes need it (torchrun sets it)", name);
  return whole_number(name, text, smallest, largest);
}

/// Where the processes meet.
void set_meeting_point(ProcessPlace& place, const Variable& variable) {
  place.address = variable("MASTER_ADDR");
  if (place.address.empty())
    throw_input("{} processes were started, but MASTER_ADDR is not set: give the name of process 0's machine",
                place.size);
  place.port = required(variable, "MASTER_PORT", 1, 65535);
  // torchrun's agent may already listen there, and outlives a failed attempt
  const bool of_agent = variable("TORCHELASTIC_USE_AGENT_STORE") == "True";
  place.hosts_store = place.rank == 0 && !of_agent;
  if (of_agent) place.attempt = variable("TORCHELASTIC_RESTART_COUNT");
}

}  // namespace

ProcessPlace process_place(const Variable& variable) {
  constexpr int most = 65536;
  ProcessPlace place;
  if (const std::string size = variable("WORLD_SIZE"); !size.empty()) {
    place.size = whole_number("WORLD_SIZE", size, 1, most);
    if (place.size == 1) return {};
    place.rank = required(variable, "RANK", 0, place.size - 1);
    place.local_rank = required(variable, "LOCAL_RANK", 0, place.rank);
    const std::string local_size = variable("LOCAL_WORLD_SIZE");
    place.local_size = local_size.empty() ? 1 : whole_number("LOCAL_WORLD_SIZE", local_size, 1, place.size);
  } else {
    // srun's own number: a batch script without srun has the number of tasks, but is one process
    const std::string tasks = variable("SLURM_STEP_NUM_TASKS");
    if (tasks.empty() || variable("SLURM_PROCID").empty()) return {};
    place.size = whole_number("SLURM_STEP_NUM_TASKS", tasks, 1, most);
    if (place.size == 1) return {};
    place.rank = required(variable, "SLURM_PROCID", 0, place.size - 1);
    place.local_rank = required(variable, "SLURM_LOCALID", 0, place.rank);
    // SLURM says "2(x3),1"; the first machine's number is the largest of a block distribution
    const std::string per_node = variable("SLURM_STEP_TASKS_PER_NODE");
    if (!per_node.empty())
      place.local_size =
          whole_number("SLURM_STEP_TASKS_PER_NODE", per_node.substr(0, per_node.find_first_of("(,")), 1, place.size);
  }
  set_meeting_point(place, variable);
  return place;
}

ProcessPlace process_place() {
  return process_place([](const char* name) -> std::string {
    const char* value = std::getenv(name);
    return value ? value : "";
  });
}

}  // namespace adrep
