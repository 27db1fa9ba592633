#include "benchmarks/plan.h"

#include "benchmarks/projectors.h"
#include "core/base/paths.h"
#include "datasets/mvtec_ad.h"
#include "datasets/splits/split_dataset.h"

namespace adrep {
namespace {

/// Protocol §1: PaDiM and PatchCore resize MVTec AD to 256 before the crop of 224; everything else resizes to the crop.
Geometry geometry_of(const RunSettings& settings, const std::string& detector, const Dataset& dataset,
                     const std::string& class_name) {
  Geometry geometry{static_cast<int>(settings.resize), static_cast<int>(settings.crop)};
  if (geometry.resize == 0) {
    const bool mvtec_ad = dataset.layout() == "mvtec_ad" && is_official_mvtec_ad_class(class_name);
    const int64_t side = mvtec_ad ? DetectorRegistry::instance().get(detector, "detector").mvtec_ad_resize : 224;
    geometry.resize = static_cast<int>(std::max(side, settings.crop));
  }
  if (geometry.resize < geometry.crop)
    throw_input("image.resize={} is smaller than image.crop={}: the crop would leave the image", geometry.resize,
                geometry.crop);
  return geometry;
}

std::vector<std::string> chosen_classes(const RunSettings& settings, const Dataset& dataset) {
  const std::vector<std::string> known = dataset.classes();
  if (settings.classes.empty()) return known;
  for (const std::string& name : settings.classes)
    if (std::find(known.begin(), known.end(), name) == known.end())
      throw_input("classes={}: {} has no such class: {}", name, dataset.root().string(), suggestion(name, known));
  return settings.classes;
}

/// What must be equal for two cells to share extracted features.
std::string group_key(const RunConfig& config, const std::string& class_name, const Geometry& geometry) {
  const RunSettings& s = config.settings;
  return fmt::format("{}|{}|{}|{}|{}|{}|{}x{}|{}|{}|{}|{}|{}", s.data, s.layout, class_name, s.backbone, s.weights,
                     s.precision, s.projector, geometry.resize, geometry.crop, reference_settings_text(s), s.device,
                     s.on_bad_image, split_key(s).dump());
}

}  // namespace

std::string PlannedCell::title() const {
  return class_name + " · " + detector + " · " + features + (config->variant.empty() ? "" : " · " + config->variant);
}

int64_t Plan::cell_count() const {
  int64_t count = 0;
  for (const PlannedGroup& group : groups) count += static_cast<int64_t>(group.cells.size());
  return count;
}

std::filesystem::path find_data(const std::string& data) {
  if (data.empty()) throw_input("data= is not set: give the folder of a data set, for example data=/data/mvtec");
  if (std::filesystem::exists(data) || std::filesystem::path(data).is_absolute()) return data;
  for (const std::filesystem::path& root : folders_of_variable("ADREP_DATA"))
    if (std::filesystem::exists(root / data)) return root / data;
  return data;
}

Plan make_plan(const std::vector<RunConfig>& configs) {
  Plan plan;
  std::map<std::string, size_t> group_of;
  std::map<std::string, std::shared_ptr<const Dataset>> opened;
  for (const RunConfig& resolved : configs) {
    const auto config = std::make_shared<const RunConfig>(resolved);
    const RunSettings& settings = config->settings;
    std::shared_ptr<const Dataset>& dataset =
        opened[settings.data + "|" + settings.layout + "|" + split_key(settings).dump()];
    if (std::find(settings.features.begin(), settings.features.end(), "pretrained") != settings.features.end())
      static_cast<void>(projector_of(settings));  // refuses a missing or unusable file before anything is computed
    check_references(settings);
    if (!dataset) dataset = with_split(open_dataset(find_data(settings.data), settings.layout), settings);
    for (const std::string& class_name : chosen_classes(settings, *dataset)) {
      for (const std::string& features : settings.features) {
        for (const std::string& detector : settings.detector) {
          const Geometry geometry = geometry_of(settings, detector, *dataset, class_name);
          const auto [place, added] = group_of.emplace(group_key(*config, class_name, geometry), plan.groups.size());
          if (added) plan.groups.push_back({config, dataset, class_name, geometry, {}});
          plan.groups[place->second].cells.push_back({config, class_name, detector, features, geometry});
        }
      }
    }
  }
  if (plan.cell_count() == 0)
    throw_input("nothing to do: set at least one detector, one kind of features and a data set with classes");
  for (PlannedGroup& group : plan.groups)
    std::stable_sort(group.cells.begin(), group.cells.end(),
                     [](const PlannedCell& a, const PlannedCell& b) { return a.features < b.features; });
  return plan;
}

}  // namespace adrep
