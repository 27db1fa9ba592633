#include "benchmarks/run/run_cache.h"

#include <algorithm>
#include <limits>
#include <set>

#include "benchmarks/plan/feature_keys.h"
#include "core/base/temporary_name.h"

namespace adrep {
namespace {

/// Whether features of one class are asked for by more than one group, or by a model of all classes.
bool needs_features_again(const Plan& plan) {
  std::set<std::pair<const Dataset*, std::string>> classes;
  return std::any_of(plan.groups.begin(), plan.groups.end(), [&](const PlannedGroup& group) {
    const bool joint =
        std::any_of(group.cells.begin(), group.cells.end(), [](const PlannedCell& cell) { return cell.together; });
    return joint || !classes.emplace(group.dataset.get(), group.class_name).second;
  });
}

std::filesystem::path new_folder(const Plan& plan, const std::filesystem::path& output) {
  if (plan.groups.front().config->settings.cache != "off" || !needs_features_again(plan)) return {};
  remove_stale_temporaries(output);
  return temporary_name(output / "features");
}

CacheOptions options_for(const Plan& plan, const std::filesystem::path& own) {
  if (own.empty()) return cache_options(plan.groups.front().config->settings);
  return {CacheMode::readwrite, own, std::numeric_limits<uint64_t>::max()};
}

}  // namespace

std::filesystem::path spill_folder(const RunSettings& settings, const std::filesystem::path& output) {
  return settings.cache == "off" ? output : cache_options(settings).folder;
}

RunCache::RunCache(const Plan& plan, const std::filesystem::path& output, const std::filesystem::path& shared)
    : owns_(shared.empty()),
      folder_(owns_ ? new_folder(plan, output) : shared),
      cache_(options_for(plan, folder_)),
      spill_(spill_folder(plan.groups.front().config->settings, output)) {}

RunCache::~RunCache() {
  std::error_code failed;
  if (owns_ && !folder_.empty()) std::filesystem::remove_all(folder_, failed);
}

}  // namespace adrep
