#include "benchmarks/feature_pictures/patch_maps.h"

#include "benchmarks/plan/feature_keys.h"
#include "benchmarks/plan/run_checks.h"
#include "benchmarks/run/class_features.h"
#include "benchmarks/run/evaluation.h"
#include "core/base/device.h"
#include "core/base/interrupt.h"
#include "core/base/progress.h"
#include "core/base/random.h"
#include "core/embedding/principal_components.h"
#include "core/pretraining/patch_labels.h"

namespace adrep {
namespace {

/// [N, C, H, W] -> the chosen of its N·H·W patches [n, C]
at::Tensor chosen_rows(const at::Tensor& map, const at::Tensor& chosen) {
  return map.permute({0, 2, 3, 1}).reshape({-1, map.size(1)}).index_select(0, chosen.to(map.device())).cpu();
}

PatchPanel panel_of(const at::Tensor& rows, const std::string& features, const std::string& method,
                    const PictureConfig& config, const std::string& class_name) {
  PatchPanel panel{features, method, {}, 0};
  if (method == "pca") {
    const PrincipalComponents components = principal_components(rows, 2);
    panel.points = components.project(rows);
    panel.quality = components.share;
    return panel;
  }
  Progress progress(fmt::format("{}: t-SNE of {} features", class_name, features), config.tsne.iterations, "steps");
  const TsneResult made = tsne(rows, config.tsne, static_cast<uint64_t>(config.picture.seed), [&](int64_t done) {
    stop_if_interrupted();
    progress.update(done);
  });
  panel.points = made.points;
  panel.quality = made.divergence;
  return panel;
}

ClassPatches map_class(const PlannedGroup& group, const PictureConfig& config, const BackboneSource& backbone,
                       FeatureCache* cache) {
  if (group.geometry.fit == Fit::tiles) throw_input("image.fit=tiles: no picture is made of tiles' patches: use pad");
  const ClassSplit split = group.dataset->load(group.class_name);
  ClassFeatures features(group, split, backbone, {cache});
  const Levels& raw = features.in("raw").test;
  if (config.picture.level > raw.count())
    throw_input("level={}: {} has {} levels", config.picture.level, config.run.settings.backbone, raw.count());
  const int64_t level = config.picture.level - 1;
  const GroundTruth truth = load_ground_truth(features.test(), group.geometry, config.run.settings.mask_rule());
  const at::Tensor labels =
      nearest_patch_labels((truth.masks == 1).to(at::kByte).unsqueeze(1), raw[level].size(2), raw[level].size(3))
          .flatten();
  const at::Tensor chosen = choose_patches(labels, config.picture.patches, static_cast<uint64_t>(config.picture.seed));
  ClassPatches made{group.class_name, labels.index_select(0, chosen), {}, 0};
  made.perplexity = usable_perplexity(config.tsne.perplexity, chosen.size(0));
  std::vector<std::string> kinds = {"raw", "residual"};
  if (!config.run.settings.projector.empty()) kinds.push_back("pretrained");
  std::vector<at::Tensor> rows;
  for (const std::string& kind : kinds) rows.push_back(chosen_rows(features.in(kind).test[level], chosen));
  for (const std::string& method : config.picture.method)
    for (size_t i = 0; i < kinds.size(); ++i)
      made.panels.push_back(panel_of(rows[i], kinds[i], method, config, group.class_name));
  return made;
}

}  // namespace

at::Tensor choose_patches(const at::Tensor& labels, int64_t count, uint64_t seed) {
  const at::Tensor anomalous = labels.nonzero().squeeze(1), normal = labels.logical_not().nonzero().squeeze(1);
  const int64_t all = labels.size(0), wanted = std::min(count, all);
  const int64_t of_anomalous = std::min(anomalous.size(0), std::max(wanted / 2, wanted - normal.size(0)));
  const auto drawn = [&](const at::Tensor& from, int64_t n, const char* purpose) {
    Random random(derive_seed(seed, purpose));
    return from.index_select(0, at::tensor(random.sample(from.size(0), n), at::kLong));
  };
  return std::get<0>(
      at::cat({drawn(anomalous, of_anomalous, "anomalous patches"), drawn(normal, wanted - of_anomalous, "patches")})
          .sort());
}

std::vector<ClassPatches> map_patches(const PictureConfig& config) {
  const RunSettings& settings = config.run.settings;
  set_threads(settings.threads);
  const Plan plan = make_plan({config.run});
  FeatureCache cache(cache_options(settings));
  const BackboneSource backbone = backbone_on_demand(settings);
  std::vector<ClassPatches> classes;
  for (const PlannedGroup& group : plan.groups) refuse_output_inside(group.dataset->root(), config.picture.output);
  for (const PlannedGroup& group : plan.groups) classes.push_back(map_class(group, config, backbone, &cache));
  return classes;
}

}  // namespace adrep
