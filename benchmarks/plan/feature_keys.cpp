#include "benchmarks/plan/feature_keys.h"

#include <ATen/Parallel.h>

#include "benchmarks/plan/pass_size.h"
#include "core/backbones/backbone.h"
#include "core/base/content_hashes.h"
#include "core/base/device.h"
#include "core/base/version.h"

namespace adrep {

std::string weights_hash(const RunSettings& settings) {
  const BackboneEntry entry = find_backbone(settings.backbone);
  return ContentHashes::instance().sha256_of(find_weights(entry, settings.weights));
}

RunSettings aligned_backbone_settings(const RunSettings& settings) {
  RunSettings aligned = settings;
  if (settings.aligned_backbone == settings.backbone) return aligned;
  aligned.backbone = settings.aligned_backbone;
  aligned.weights.clear();
  aligned.precision = "fp32";
  return aligned;
}

BackboneSource backbone_on_demand(const RunSettings& settings) {
  // copies of the function share it
  const auto loaded = std::make_shared<std::unique_ptr<Backbone>>();
  return [settings, loaded]() -> const Backbone& {
    if (!*loaded)
      *loaded = load_backbone(settings.backbone, settings.weights, open_device(settings.device), settings.precision);
    return **loaded;
  };
}

Precision precision_of(const RunSettings& settings) {
  return resolve_precision(settings.precision, settings.precision == "auto" ? open_device(settings.device) : at::kCPU);
}

FeatureKey feature_key(const RunSettings& settings, const Geometry& geometry) {
  const BackboneEntry entry = find_backbone(settings.backbone);
  const std::string kind = settings.device.substr(0, settings.device.find(':'));
  return {.backbone = settings.backbone.substr(0, settings.backbone.find(':')),  // the hash says which file
          .weights_sha256 = weights_hash(settings),
          .geometry = geometry,
          .mean = entry.mean,
          .std = entry.std,
          .precision = precision_name(precision_of(settings)),
          .device = kind,
          .processor = processor_of(kind),
          .libtorch = libtorch_version(),
          .batch = images_a_pass(settings),
          .threads = kind == "cpu" ? at::get_num_threads() : 0};
}

CacheOptions cache_options(const RunSettings& settings) {
  const CacheMode mode = settings.cache == "off"    ? CacheMode::off
                         : settings.cache == "read" ? CacheMode::read
                                                    : CacheMode::readwrite;
  return {
      .mode = mode,
      .folder = settings.cache_folder.empty() ? feature_cache_folder() : std::filesystem::path(settings.cache_folder),
      .limit_bytes = static_cast<uint64_t>(settings.cache_limit * (int64_t{1} << 30))};
}

}  // namespace adrep
