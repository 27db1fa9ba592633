#include "benchmarks/plan/run_checks.h"

#include <algorithm>
#include <optional>
#include <set>

#include "core/base/error.h"
#include "datasets/checks/normal_test.h"

namespace adrep {
namespace {

void check_output(const RunSettings& settings, const std::filesystem::path& root) {
  namespace fs = std::filesystem;
  std::error_code failed;
  const fs::path data = fs::weakly_canonical(fs::absolute(root), failed),
                 output = fs::weakly_canonical(fs::absolute(settings.output), failed);
  if (failed || std::mismatch(data.begin(), data.end(), output.begin(), output.end()).first != data.end()) return;
  throw_input("output={} lies inside the data folder {}: results would be taken for images: name a folder outside it",
              settings.output, root.string());
}

std::optional<ClassSplit> loaded_if_possible(const PlannedGroup& group) {
  try {
    return group.dataset->load(group.class_name);
  } catch (const InputError&) {
    return std::nullopt;  // fails the class when it is its turn
  }
}

}  // namespace

void check_run(const Plan& plan) {
  std::set<std::pair<const Dataset*, std::string>> known;
  for (const PlannedGroup& group : plan.groups) {
    if (!known.emplace(group.dataset.get(), group.class_name).second) continue;
    check_output(group.config->settings, group.dataset->root());
    const std::optional<ClassSplit> split = loaded_if_possible(group);
    if (!split) continue;
    if (const std::string reason = why_no_normal_test(*split); !reason.empty())
      throw_input("{}: class '{}': {}", group.dataset->root().string(), group.class_name, reason);
  }
}

}  // namespace adrep
