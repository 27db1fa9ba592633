#include "benchmarks/plan/feature_keys.h"

#include <ATen/Parallel.h>

#include "benchmarks/plan/pass_size.h"
#include "core/backbones/weights_in_use.h"
#include "core/base/content_hashes.h"
#include "core/base/device.h"
#include "core/base/version.h"
#include "core/io/sharded_checkpoint.h"

namespace adrep {
namespace {

constexpr const char* activation_key = "weights.activation";

std::string known_hash(const std::filesystem::path& file) {
  return ContentHashes::instance().sha256_of(file);
}

/// "NAME=VALUE|" of what the backbone is told besides its weights; "" where that has no effect on it.
std::string told_to_backbone(const RunSettings& settings) {
  const ParamList& params = params_of<RunSettings>();
  const ParamTexts texts = [&](const std::string& name) { return to_text(params.find(name)->get(&settings)); };
  std::string text;
  for (const std::string& name : params_of<VitSettings>().names())
    if (name != activation_key && params.find(name)->role(texts) != Decides::nothing)
      text += name + "=" + texts(name) + "|";
  for (const auto& [name, value] : activation_in_keys(settings)) text += name + "=" + value + "|";
  return text;
}

}  // namespace

std::string weights_hash(const RunSettings& settings) {
  const BackboneEntry entry = find_backbone(settings.backbone);
  return hash_of_weights(find_weights(entry, settings.weights), known_hash);
}

std::vector<std::pair<std::string, std::string>> activation_in_keys(const RunSettings& settings) {
  return weights_in_keys(settings.backbone, settings.weights, settings, known_hash);
}

VitSettings settled_vit(const RunSettings& settings) {
  VitSettings settled = settings;
  const auto choice = activation_in_use(settings.backbone, settings.weights, settings, known_hash);
  if (choice && !choice->name.empty()) settled.weights_activation = choice->name;
  if (const auto normalisation = normalisation_in_use(settings.backbone, settings.weights, settings, known_hash)) {
    settled.normalisation_beside = false;
    if (!normalisation->usual) settled.normalisation = normalisation->values;
  }
  return settled;
}

std::string weights_note(const RunSettings& settings) {
  return weights_note(settings.backbone, settings.weights, settings, known_hash);
}

RunSettings aligned_backbone_settings(const RunSettings& settings) {
  RunSettings aligned = settings;
  if (settings.aligned_backbone == settings.backbone) return aligned;
  const BackboneEntry entry = find_backbone(settings.aligned_backbone);
  if (entry.weights_name.empty() && entry.own_file.empty())
    throw_input("references.aligned_backbone={}: it has no official file, so it can only be the run's own backbone",
                settings.aligned_backbone);
  aligned.backbone = settings.aligned_backbone;
  aligned.weights.clear();
  aligned.weights_activation = "auto";
  aligned.precision = "fp32";
  return aligned;
}

BackboneSource backbone_on_demand(const RunSettings& settings) {
  // copies of the function share it
  const auto loaded = std::make_shared<std::unique_ptr<Backbone>>();
  return [settings, loaded]() -> const Backbone& {
    if (!*loaded)
      *loaded = load_backbone(settings.backbone, settings.weights, open_device(settings.device), settings.precision,
                              settings);
    return **loaded;
  };
}

Precision precision_of(const RunSettings& settings) {
  return resolve_precision(settings.precision, settings.precision == "auto" ? open_device(settings.device) : at::kCPU);
}

FeatureKey feature_key(const RunSettings& settings, const Geometry& geometry, const ImageReading& reading) {
  const BackboneEntry entry = find_backbone(settings.backbone);
  const std::string kind = settings.device.substr(0, settings.device.find(':'));
  const auto choice = normalisation_in_use(settings.backbone, settings.weights, settings, known_hash);
  const InputNormalisation normalisation =
      choice && !choice->usual ? choice->values : InputNormalisation{entry.mean, entry.std};
  return {.backbone = settings.backbone.substr(0, settings.backbone.find(':')),  // the hash says which file
          .weights_sha256 = weights_hash(settings),
          .told = told_to_backbone(settings),
          .reading = reading.text(),
          .geometry = geometry,
          .mean = normalisation.mean,
          .std = normalisation.std,
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
