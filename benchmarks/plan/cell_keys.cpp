#include "benchmarks/plan/cell_keys.h"

#include <ATen/Parallel.h>
#include <ATen/Version.h>

#include "benchmarks/plan/class_geometry.h"
#include "benchmarks/plan/feature_keys.h"
#include "benchmarks/plan/pass_size.h"
#include "benchmarks/plan/projectors.h"
#include "benchmarks/plan/reference_choice.h"
#include "core/base/content_hashes.h"
#include "core/base/hash.h"
#include "core/base/param_json.h"
#include "core/base/version.h"
#include "core/features/cache/feature_key.h"
#include "core/image/mask_rule.h"
#include "core/metrics/protocol.h"
#include "core/representation/representation.h"

namespace adrep {
namespace {

using nlohmann::json;

/// Makes the key of one cell, setting by setting.
class KeyMaker {
 public:
  KeyMaker(const PlannedCell& planned, const std::string& layout, const Fingerprints& prints)
      : planned_(planned), settings_(planned.config->settings), layout_(layout), prints_(prints) {}

  CellKey make() {
    for (const CellSetting& setting : cell_settings(*planned_.config, planned_.detector, planned_.features))
      if (json* section = section_of(setting.role)) add(*section, setting);
    add_images();
    const DetectorEntry& entry = DetectorRegistry::instance().get(planned_.detector, "detector");
    key_.fit["version.detector"] = entry.algorithm_version;
    key_.fit["version.backbone"] = feature_version;
    if (planned_.features != "raw") key_.fit["version.features"] = representation_version;
    key_.evaluation["version.masks"] = mask_version;
    key_.evaluation["version.protocol"] = NamedProtocol(settings_.protocol).version();
    if (planned_.features == "pretrained")
      key_.evaluation["projector.leaked"] = projector_of(settings_).saw(layout_, planned_.class_name, prints_.data);
    return std::move(key_);
  }

 private:
  json* section_of(Decides role) {
    switch (role) {
      case Decides::backbone:
      case Decides::features:
      case Decides::fit:
        return &key_.fit;
      case Decides::scores:
        return &key_.scores;
      case Decides::evaluation:
        return &key_.evaluation;
      default:
        return nullptr;
    }
  }

  /// Settings stand as they were given, but for those whose meaning depends on the data or the machine.
  void add(json& section, const CellSetting& setting) {
    const std::string& name = setting.name;
    if (name == "data") return;  // its images count: add_images
    if (name == "layout") {
      section[name] = layout_;
    } else if (name == "backbone") {
      section[name] = settings_.backbone.substr(0, settings_.backbone.find(':'));  // the hash says which file
    } else if (name == "weights") {
      section[name] = weights_hash(settings_);
    } else if (name == "weights.activation") {
      for (const auto& [part, value] : activation_in_keys(settings_)) section[part] = value;
    } else if (name == "precision") {
      section[name] = precision_name(precision_of(settings_));
    } else if (name == "image.fit") {
      (planned_.together ? key_.scores : section)[name] = fit_name(planned_.geometry.fit);
    } else if (name == "image.resize") {
      (planned_.together ? key_.scores : section)[name] = planned_.geometry.resize;
    } else if (name == "image.crop") {
      section[name] = planned_.geometry.crop;
    } else if (name == "references.resize") {
      section[name] = reference_resize(settings_);  // of the default 224, as keys of adrep 0.2 have it
    } else if (name == "classes_together") {
      if (planned_.together) section[name] = planned_.together->key();
    } else if (name == "references.list") {
      add_reference_list(section);
    } else if (name == "references.aligned_backbone") {
      section[name] = {{"backbone", settings_.aligned_backbone},
                       {"weights", weights_hash(aligned_backbone_settings(settings_))},
                       {"grid", aligned_grid},
                       {"centers", aligned_centers}};
    } else if (name == "projector") {
      const ProjectorCheckpoint& projector = projector_of(settings_);
      section[name] = projector.sha256;
      section["projector.selection"] = projector.selection;
    } else if (setting.param->is_path) {
      const auto& path = std::get<std::string>(setting.value);
      if (!path.empty()) section[name] = ContentHashes::instance().content_of(path);
    } else {
      section[name] = param_json(setting.value);
    }
  }

  /// A model of all classes is fitted with the lists of all, and scores a class's images with that class's.
  void add_reference_list(json& section) {
    const auto hash_for = [&](const std::string& class_name) {
      return ContentHashes::instance().sha256_of(reference_list_file(settings_, class_name));
    };
    if (!planned_.together) {
      section["references.list"] = hash_for(planned_.class_name);
      return;
    }
    std::string all;
    for (const ClassGeometry& part : planned_.together->classes()) all += hash_for(part.class_name) + "\n";
    section["references.list"] = sha256_of(all);
    key_.scores["references.list"] = hash_for(planned_.class_name);
  }

  void add_images() {
    json& own = planned_.together ? key_.scores : key_.fit;
    own["class"] = planned_.class_name;
    own["train"] = prints_.train;
    key_.scores["test"] = prints_.test;
    key_.evaluation["data"] = prints_.data;
  }

  const PlannedCell& planned_;
  const RunSettings& settings_;
  const std::string& layout_;
  const Fingerprints& prints_;
  CellKey key_;
};

/// "NAME=VALUE|" of the settings that decide as much as `last` says or what comes before it.
std::string text_up_to(Decides last, const std::vector<CellSetting>& settings) {
  std::string text;
  for (const CellSetting& setting : settings)
    if (setting.role != Decides::nothing && setting.role <= last && setting.name != "features")
      text += setting.name + "=" + to_text(setting.value) + "|";
  return text;
}

}  // namespace

json parameters_of(const std::string& detector, const RawParams& given) {
  json params = json::object();
  for (const auto& [name, value] : DetectorRegistry::instance().get(detector, "detector").resolve(given))
    params[name] = param_json(value);
  return params;
}

CellKey cell_key(const PlannedCell& planned, const std::string& layout, const Fingerprints& prints) {
  return KeyMaker(planned, layout, prints).make();
}

std::string group_text(const RunConfig& config, const std::string& detector) {
  // with all that derived features depend on: raw ones of the same group are what these are derived from
  return config.settings.layout + "|" + text_up_to(Decides::features, cell_settings(config, detector, "pretrained"));
}

std::string fit_text(const RunConfig& config, const std::string& detector, const std::string& features) {
  return detector + "|" + features + "|" + text_up_to(Decides::fit, cell_settings(config, detector, features));
}

std::string backbone_text(const RunConfig& config) {
  const std::string detector = DetectorRegistry::instance().names().front();  // any: none decides the backbone
  return config.settings.device + "|" + text_up_to(Decides::backbone, cell_settings(config, detector, "raw"));
}

std::string images_text(const RunConfig& config, const Dataset& dataset, const ClassGeometry& part) {
  return fmt::format("{}|{}|{}|{}", static_cast<const void*>(&dataset), part.class_name, part.geometry.text(),
                     backbone_text(config));
}

json run_environment(const RunSettings& settings) {
  return {{"adrep", version()},
          {"revision", git_revision()},
          {"build", build_type()},
          {"libtorch", libtorch_version()},
          {"device", settings.device},
          {"threads", at::get_num_threads()},
          {"cpu", at::get_cpu_capability()},
          {"processor", processor_of("cpu")},
          {"batch", images_a_pass(settings)}};
}

}  // namespace adrep
