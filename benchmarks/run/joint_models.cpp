#include "benchmarks/run/joint_models.h"

#include "benchmarks/plan/cell_keys.h"
#include "benchmarks/plan/memory_shares.h"
#include "benchmarks/run/training_images.h"
#include "core/base/device.h"
#include "core/features/joined_features.h"

namespace adrep {

const FittedCell& JointModels::fit(const PlannedCell& planned, const std::string& fit_hash, Lease lease) {
  // a plan has the cells of one data set and backbone together: models of others are needed no more
  const std::string part =
      fmt::format("{}|{}", static_cast<const void*>(planned.together->dataset().get()), backbone_text(*planned.config));
  if (part != part_) models_.clear();
  part_ = part;
  return models_.emplace(fit_hash, Model{fitted_on_all(planned, fit_hash), std::move(lease)}).first->second.fitted;
}

FittedCell JointModels::fitted_on_all(const PlannedCell& planned, const std::string& hash) {
  const RunSettings& settings = planned.config->settings;
  const BackboneSource backbone = [&]() -> const Backbone& { return backbone_(*planned.config); };
  FeatureStores stores = stores_;
  stores.images = planned.together->train_images();  // of all classes at a time
  std::vector<Levels> levels;
  std::vector<ClassImages> images;
  for (const ClassGeometry& part : planned.together->classes()) {
    const PlannedGroup group{planned.config, planned.together->dataset(), part.class_name, part.geometry, {}};
    const ClassSplit& split = planned.together->training_part(part.class_name);
    const std::optional<Lease> alone = leases_.take_features(group, split.reading());
    ClassFeatures features(group, split, backbone, stores, ClassFeatures::Parts::train);
    levels.push_back(features.in(planned.features).train);
    images_.cached += features.cached();
    images_.computed += features.computed();
    // detectors that draw into images take raw features (make_plan), which are what the backbone gives
    images.emplace_back(features.train(), part.geometry, backbone, open_device(settings.device),
                        [](const Levels& raw) { return raw; });
  }
  int64_t held = 0;
  for (const Levels& part : levels) held += bytes_in_memory(part);
  const JoinedFeatures normals(std::move(levels));
  const JoinedImages all_images(std::move(images));
  FittedCell fitted = fit_detector({planned, hash, output_, normals, &all_images, working_memory(settings, held)});
  images_.drawn += all_images.drawn();
  return fitted;
}

}  // namespace adrep
