#pragma once
#include "benchmarks/plan/run_settings.h"
#include "core/backbones/precision.h"
#include "core/features/cache/feature_cache.h"
#include "core/features/extraction.h"

namespace adrep {

/// SHA-256 of the weights file a configuration uses; the file is read once a process while it stays the same.
/// Throws InputError when there is no such file.
std::string weights_hash(const RunSettings& settings);

/// What stands in keys of the activation and the input normalisation (weights_in_use.h), name and value.
std::vector<std::pair<std::string, std::string>> activation_in_keys(const RunSettings& settings);

/// What the backbone is told, with the activation that "auto" stands for and the input normalisation: for where the
/// file has nothing beside it.
VitSettings settled_vit(const RunSettings& settings);

/// What has to be said of the weights under a table (weights_in_use.h), or "".
std::string weights_note(const RunSettings& settings);

/// The settings under which the images that references.select=aligned compares go through its backbone: the run's own
/// when that is its backbone, else in fp32 with the official weights. Throws InputError when there are none.
RunSettings aligned_backbone_settings(const RunSettings& settings);

/// The backbone of a configuration, loaded when it is first asked for.
BackboneSource backbone_on_demand(const RunSettings& settings);

/// What the backbone computes in; the device is only opened when it has to be asked.
Precision precision_of(const RunSettings& settings);

/// What determines the features of this configuration's images, read like this and at this geometry, with the threads
/// set now. The backbone is not loaded.
FeatureKey feature_key(const RunSettings& settings, const Geometry& geometry, const ImageReading& reading = {});

/// The cache that a configuration asks for.
CacheOptions cache_options(const RunSettings& settings);

}  // namespace adrep
