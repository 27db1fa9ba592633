#include "benchmarks/plan/cell_key.h"

#include <ATen/Parallel.h>
#include <ATen/Version.h>

#include "benchmarks/cells/cell.h"
#include "benchmarks/plan/feature_keys.h"
#include "benchmarks/plan/pass_size.h"
#include "benchmarks/plan/projectors.h"
#include "benchmarks/plan/reference_choice.h"
#include "core/base/content_hashes.h"
#include "core/base/version.h"
#include "core/metrics/protocol.h"

namespace adrep {
namespace {

using nlohmann::json;

json to_json(const ParamValue& value) {
  return std::visit([](const auto& v) -> json { return v; }, value);
}

/// Only what changes the references, so that settings without effect leave a cell what it is.
json references_key(const RunSettings& s, const std::string& class_name) {
  json key = {{"select", s.references_select},
              {"shots", s.shots},
              {"seed", s.references_seed},
              {"resize", s.references_resize},
              {"match", s.match}};
  if (s.references_select == "kmeans") key["clusters"] = s.references_clusters;
  if (s.references_select == "list")
    key["list_sha256"] = ContentHashes::instance().of(reference_list_file(s, class_name));
  if (s.references_select == "aligned")
    key["aligned"] = {{"backbone", s.aligned_backbone},
                      {"weights_sha256", weights_hash(aligned_backbone_settings(s))},
                      {"grid", aligned_grid},
                      {"centers", aligned_centers}};
  else if (s.exclude_self)
    key["exclude_self"] = true;
  // only a noisy split has anything else to draw from
  if (s.noise_ratio > 0) key["from"] = s.references_from;
  return key;
}

/// All of a detector's parameters; of a file that it reads the hash, and nothing where it reads none.
json parameters_key(const PlannedCell& planned) {
  json params = parameters_of(planned.detector, planned.params());
  for (const std::string& name : DetectorRegistry::instance().get(planned.detector, "detector").file_params) {
    const std::string file = params.at(name);
    params.erase(name);
    if (!file.empty()) params[name + "_sha256"] = ContentHashes::instance().of(file);
  }
  return params;
}

}  // namespace

json parameters_of(const std::string& detector, const RawParams& given) {
  json params = json::object();
  for (const auto& [name, value] : DetectorRegistry::instance().get(detector, "detector").resolve(given))
    params[name] = to_json(value);
  return params;
}

json cell_key(const PlannedCell& planned, const std::string& layout, const std::string& fingerprint) {
  const RunSettings& s = planned.config->settings;
  json key = {{"algorithm_version", algorithm_version},
              {"backbone", s.backbone.substr(0, s.backbone.find(':'))},  // the hash says which file
              {"weights_sha256", weights_hash(s)},
              {"precision", precision_name(precision_of(s))},
              {"features", planned.features},
              {"detector", planned.detector},
              {"detector_parameters", parameters_key(planned)},
              {"layout", layout},
              {"class", planned.class_name},
              {"data_fingerprint", fingerprint},
              {"resize", planned.geometry.resize},
              {"crop", planned.geometry.crop},
              {"seed", s.seed},
              {"post", s.post},
              {"selection", planned.selection()},
              {"protocol", s.protocol},
              {"protocol_version", NamedProtocol(s.protocol).version()},
              {"on_bad_image", s.on_bad_image}};
  if (const json split = split_key(s); !split.is_null()) key["split"] = split;
  if (planned.selection() == "validation") key["validation"] = {{"fraction", s.selection_fraction}};
  if (planned.together) key["together"] = planned.together->key();
  if (planned.features != "raw") key["references"] = references_key(s, planned.class_name);
  if (planned.features == "pretrained") {
    const ProjectorCheckpoint& projector = projector_of(s);
    key["projector"] = {{"sha256", projector.sha256},
                        {"selection", projector.selection},
                        {"leaked", projector.saw(layout, planned.class_name, fingerprint)}};
  }
  return key;
}

json cell_environment(const RunSettings& settings) {
  return {{"adrep", version()},
          {"revision", git_revision()},
          {"build", build_type()},
          {"libtorch", libtorch_version()},
          {"device", settings.device},
          {"threads", at::get_num_threads()},
          {"cpu", at::get_cpu_capability()},
          {"batch", images_a_pass(settings)}};
}

}  // namespace adrep
