#include "benchmarks/plan/run_checks.h"

#include <algorithm>
#include <optional>
#include <set>

#include "core/base/error.h"
#include "datasets/checks/normal_test.h"

namespace adrep {
namespace {

std::optional<ClassSplit> loaded_if_possible(const PlannedGroup& group) {
  try {
    return group.dataset->load(group.class_name);
  } catch (const InputError&) {
    return std::nullopt;  // fails the class when it is its turn
  }
}

}  // namespace

void refuse_output_inside(const std::filesystem::path& data, const std::string& output, const std::string& setting) {
  namespace fs = std::filesystem;
  std::error_code failed;
  const fs::path root = fs::weakly_canonical(fs::absolute(data), failed),
                 results = fs::weakly_canonical(fs::absolute(output), failed);
  if (failed || std::mismatch(root.begin(), root.end(), results.begin(), results.end()).first != root.end()) return;
  throw_input("{}{} lies inside the data folder {}: results would be taken for images: name a folder outside it",
              setting, output, data.string());
}

void check_run(const Plan& plan) {
  std::set<std::pair<const Dataset*, std::string>> known;
  for (const PlannedGroup& group : plan.groups) {
    if (!known.emplace(group.dataset.get(), group.class_name).second) continue;
    refuse_output_inside(group.dataset->root(), group.config->settings.output);
    const std::optional<ClassSplit> split = loaded_if_possible(group);
    if (!split) continue;
    if (const std::string reason = why_no_normal_test(*split); !reason.empty())
      throw_input("{}: class '{}': {}", group.dataset->root().string(), group.class_name, reason);
  }
}

}  // namespace adrep
