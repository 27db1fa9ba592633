#include "benchmarks/run/class_sizes.h"

#include <algorithm>

#include "benchmarks/plan/cell_keys.h"
#include "benchmarks/plan/feature_keys.h"
#include "benchmarks/run/sample_geometry.h"
#include "core/base/content_hashes.h"
#include "core/base/device.h"

namespace adrep {

const std::vector<LevelShape>& ClassSizes::shapes(const PlannedGroup& group) {
  const auto place = of_config_.emplace(group.config.get(), nullptr).first;
  if (place->second) return *place->second;
  const RunSettings& settings = group.config->settings;
  const std::string name = fmt::format("{}|{}", backbone_text(*group.config), settings.crop);
  if (const auto known = shapes_.find(name); known != shapes_.end()) return *(place->second = &known->second);
  std::vector<LevelShape> found =
      level_shapes(find_backbone(settings.backbone), settings.weights, settings, settings.crop);
  if (found.empty())
    found =
        load_backbone(settings.backbone, settings.weights, open_device(settings.device), settings.precision, settings)
            ->shapes(settings.crop, settings.crop);
  return *(place->second = &shapes_.emplace(name, std::move(found)).first->second);
}

int64_t ClassSizes::image_bytes(const PlannedGroup& group) {
  int64_t floats = 0;
  for (const LevelShape& shape : shapes(group)) floats += shape.channels * shape.positions();
  return floats * static_cast<int64_t>(sizeof(float));
}

const ClassSizes::Images& ClassSizes::images(const Dataset& dataset, const ClassGeometry& part) {
  const std::string name =
      fmt::format("{}|{}|{}", static_cast<const void*>(&dataset), part.class_name, part.geometry.text());
  if (const auto known = images_.find(name); known != images_.end()) return known->second;
  const ClassSplit split = dataset.load(part.class_name);
  const bool cut = part.geometry.fit == Fit::tiles && !dataset.is_absent() && !split.train.empty();
  // as ClassFeatures counts them: as many as in the first photograph
  const int64_t tiles = cut ? tiles_of(split.train.front(), part.geometry).count() : 1;
  const Images counted{tiles * std::ssize(split.train), tiles * std::ssize(split.test)};
  return images_.emplace(name, counted).first->second;
}

int64_t ClassSizes::train_images(const ClassesTogether& together) {
  const auto known = joint_.find(&together);
  if (known != joint_.end()) return known->second;
  int64_t count = 0;
  for (const ClassGeometry& part : together.classes()) count += images(*together.dataset(), part).train;
  return joint_[&together] = count;
}

int64_t ClassSizes::held_bytes(const PlannedGroup& group) {
  const bool raw_alone = std::all_of(group.cells.begin(), group.cells.end(),
                                     [](const PlannedCell& cell) { return cell.features == "raw"; });
  return images(group).all() * image_bytes(group) * (raw_alone ? 1 : 2);
}

int64_t cached_images(const PlannedGroup& group, const ClassSplit& split) {
  FeatureCache cache(cache_options(group.config->settings));
  FeatureSpace* space = cache.space(feature_key(group.config->settings, group.geometry, split.reading()));
  if (!space) return 0;
  std::vector<std::string> hashes;
  for (const auto* part : {&split.train, &split.test})
    for (const Sample& sample : *part) hashes.push_back(ContentHashes::instance().sha256_of(sample.image()));
  return space->count(hashes);
}

}  // namespace adrep
