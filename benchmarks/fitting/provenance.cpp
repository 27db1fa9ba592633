#include "benchmarks/fitting/provenance.h"

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
  artefact.licence = licence_of_weights(artefact.backbone.name, artefact.backbone.sha256);
}

}  // namespace adrep
