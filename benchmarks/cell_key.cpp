#include "benchmarks/cell_key.h"

#include <ATen/Parallel.h>
#include <ATen/Version.h>

#include "benchmarks/cell.h"
#include "benchmarks/feature_keys.h"
#include "benchmarks/projectors.h"
#include "core/base/version.h"
#include "core/metrics/protocol.h"

namespace adrep {
namespace {

using nlohmann::json;

json to_json(const ParamValue& value) {
  return std::visit([](const auto& v) -> json { return v; }, value);
}

}  // namespace

json cell_key(const PlannedCell& planned, const std::string& layout, const std::string& fingerprint) {
  const RunSettings& s = planned.config->settings;
  json params = json::object();
  for (const auto& [name, value] :
       DetectorRegistry::instance().get(planned.detector, "detector").resolve(planned.params()))
    params[name] = to_json(value);
  json key = {{"algorithm_version", algorithm_version},
              {"backbone", s.backbone.substr(0, s.backbone.find(':'))},  // the hash says which file
              {"weights_sha256", weights_hash(s)},
              {"precision", precision_name(precision_of(s))},
              {"features", planned.features},
              {"detector", planned.detector},
              {"detector_parameters", params},
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
  if (planned.features != "raw")
    key["references"] = {{"select", "random"},
                         {"shots", s.shots},
                         {"seed", s.references_seed},
                         {"resize", s.references_resize},
                         {"match", s.match}};
  // only a noisy split has anything else to draw from
  if (planned.features != "raw" && s.noise_ratio > 0) key["references"]["from"] = s.references_from;
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
          {"batch", settings.batch}};
}

}  // namespace adrep
