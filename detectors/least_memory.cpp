#include "detectors/least_memory.h"

#include <fmt/format.h>

#include <algorithm>

namespace adrep {
namespace {

bool is_enough(const LeastMemory& allowed, const LeastMemory& least) {
  return least.working <= allowed.working && least.learnt <= allowed.learnt;
}

}  // namespace

std::string memory_text(int64_t bytes) {
  constexpr double step = 1024;
  auto size = static_cast<double>(bytes);
  const char* unit = "bytes";
  for (const char* larger : {"KiB", "MiB", "GiB", "TiB"}) {
    if (size < step) break;
    size /= step;
    unit = larger;
  }
  const int decimals = bytes < 1024 || size >= 100 ? 0 : size >= 10 ? 1 : 2;
  return fmt::format("{:.{}f} {}", size, decimals, unit);
}

std::vector<LevelShape> last_levels(const std::vector<LevelShape>& shapes, int64_t used) {
  return {shapes.end() - std::min<int64_t>(std::ssize(shapes), used), shapes.end()};
}

std::string lighter_setting(const DetectorEntry& entry, const LeastMemoryWith& least_with, const LeastMemory& allowed) {
  for (const auto& [param, value] : entry.lighter_with)
    if (is_enough(allowed, least_with(param, value))) return fmt::format("{}.{}={}", entry.name, param, value);
  return "";
}

void require_memory(const DetectorEntry& entry, const LeastMemory& least, const LeastMemoryWith& least_with,
                    const FitContext& context) {
  const LeastMemory allowed{context.memory_bytes, context.state_bytes};
  if (is_enough(allowed, least)) return;
  const std::string lighter = lighter_setting(entry, least_with, allowed);
  if (least.learnt > allowed.learnt)
    throw_failure("{}: what it learns takes {}, more than the {} of memory that there are{}", entry.name,
                  memory_text(least.learnt), memory_text(allowed.learnt), lighter.empty() ? "" : ": set " + lighter);
  throw_failure("{} needs {} to be fitted, more than the {} that are left: raise memory={}", entry.name,
                memory_text(least.working), memory_text(allowed.working), lighter.empty() ? "" : " or set " + lighter);
}

}  // namespace adrep
