#include "core/base/process_state.h"

#include <fmt/format.h>

#include <fstream>
#include <sstream>
#include <string>

namespace adrep {

std::optional<ProcessState> process_state(int64_t process) {
  std::ifstream file(fmt::format("/proc/{}/stat", process));
  std::string stat;
  std::getline(file, stat);
  const size_t name_end = stat.rfind(')');  // the name may hold anything
  if (name_end == stat.npos) return std::nullopt;
  std::istringstream fields(stat.substr(name_end + 1));
  ProcessState found;
  fields >> found.state;  // field 3
  std::string skipped;
  for (int field = 4; field < 22; ++field) fields >> skipped;
  fields >> found.started;
  return fields ? std::optional(found) : std::nullopt;
}

}  // namespace adrep
