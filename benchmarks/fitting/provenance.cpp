#include "benchmarks/fitting/provenance.h"

#include "benchmarks/fitting/distinct_images.h"
#include "benchmarks/plan/cell_keys.h"
#include "core/backbones/known_weights.h"
#include "core/base/param_json.h"
#include "datasets/fingerprint.h"

namespace adrep {
namespace {

using nlohmann::json;

json fit_settings_json(const FitSettings& settings) {
  json all = json::object();
  for (const Param& param : params_of<FitSettings>().all()) all[param.name] = param_json(param.get(&settings));
  return all;
}

}  // namespace

void add_contents(json& provenance, const std::vector<Sample>& images) {
  std::set<std::string> contents = contents_in(provenance);
  for (const Sample& image : images) contents.insert(content_mark(image));
  provenance["contents"] = contents;
}

std::set<std::string> contents_in(const json& provenance) {
  std::set<std::string> contents;
  const auto listed = provenance.is_object() ? provenance.find("contents") : provenance.end();
  if (listed == provenance.end() || !listed->is_array()) return contents;
  for (const json& mark : *listed)
    if (mark.is_string()) contents.insert(mark.get<std::string>());
  return contents;
}

void describe(Artefact& artefact, const ModelRequest& request, const FitData& data, int64_t learnt,
              int64_t calibrated) {
  const Fingerprints prints = fingerprints(data.images);
  artefact.provenance = {{"data", data.group.dataset->root().filename().string()},
                         {"layout", data.group.dataset->layout()},
                         {"class", data.group.class_name},
                         {"train_fingerprint", prints.train},
                         {"data_fingerprint", prints.data},
                         {"good_images", data.images.train.size()},
                         {"learnt_from", learnt},
                         {"calibrated_on", calibrated},
                         {"seed", data.settings().seed},
                         {"fit", fit_settings_json(request.fit)},
                         {"environment", run_environment(data.settings())}};
  add_contents(artefact.provenance, data.images.train);
  artefact.licence = licence_of_weights(artefact.backbone.name, artefact.backbone.sha256);
}

}  // namespace adrep
