#include "benchmarks/run/work_leases.h"

#include "benchmarks/plan/feature_keys.h"
#include "core/base/hash.h"

namespace adrep {
namespace {

constexpr size_t lease_digits = 32;

std::filesystem::path leases_in(const std::filesystem::path& folder) {
  return folder / "leases";
}

/// Features that a process keeps for itself are not divided.
std::filesystem::path shared_cache(const RunSettings& settings) {
  const CacheOptions options = cache_options(settings);
  return options.mode == CacheMode::readwrite ? options.folder : std::filesystem::path();
}

}  // namespace

WorkLeases::WorkLeases(const RunSettings& settings, std::filesystem::path output)
    : leases_(settings.lease), output_(std::move(output)), cache_(shared_cache(settings)) {}

std::filesystem::path WorkLeases::fit(const std::string& fit_hash, const std::string& class_name) const {
  const std::string name = class_name.empty() ? fit_hash : sha256_of(fit_hash + " " + class_name);
  return leases_in(output_) / ("fit-" + name.substr(0, lease_digits));
}

std::filesystem::path WorkLeases::model(const std::string& fit_hash) const {
  return leases_in(output_) / ("model-" + fit_hash.substr(0, lease_digits));
}

std::filesystem::path WorkLeases::features(const PlannedGroup& group, const ImageReading& reading) const {
  const std::string key = feature_key(group.config->settings, group.geometry, reading).hash();
  const std::string text = fmt::format("{} {} {}", key, group.dataset->root().string(), group.class_name);
  return leases_in(cache_) / ("features-" + sha256_of(text).substr(0, lease_digits));
}

std::optional<Lease> WorkLeases::take_features(const PlannedGroup& group, const ImageReading& reading) {
  std::optional<Lease> lease = try_take_features(group, reading);
  if (lease || !shares_features()) return lease;
  return leases_.take(features(group, reading), features_title(group));
}

std::optional<Lease> WorkLeases::try_take_features(const PlannedGroup& group, const ImageReading& reading) {
  if (!shares_features()) return std::nullopt;
  try {
    return leases_.try_take(features(group, reading), features_title(group));
  } catch (const WriteError&) {  // the cache cannot be written, which it says itself
    cache_.clear();
    return std::nullopt;
  }
}

void WorkLeases::clear(bool tasks) {
  leases_.clear(leases_in(output_), tasks ? "" : task_leases);
  if (shares_features()) leases_.clear(leases_in(cache_));
}

std::string features_title(const PlannedGroup& group) {
  return fmt::format("{}/{} · {}: features", group.dataset->root().filename().string(), group.class_name,
                     group.config->settings.backbone);
}

}  // namespace adrep
