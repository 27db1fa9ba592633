#include "benchmarks/plan/plan.h"

#include <array>
#include <numeric>
#include <set>

#include "benchmarks/plan/cell_keys.h"
#include "benchmarks/plan/class_geometry.h"
#include "benchmarks/plan/feature_keys.h"
#include "benchmarks/plan/missing_inputs.h"
#include "benchmarks/plan/projectors.h"
#include "core/backbones/weights_in_use.h"
#include "core/base/content_hashes.h"
#include "core/base/hash.h"
#include "core/base/names.h"
#include "core/base/paths.h"
#include "datasets/absent_dataset.h"
#include "datasets/fingerprint.h"
#include "datasets/published_counts.h"
#include "datasets/reading/reading_dataset.h"
#include "datasets/splits/split_dataset.h"

namespace adrep {
namespace {

std::vector<std::string> chosen_classes(const RunSettings& settings, const Dataset& dataset) {
  const std::vector<std::string> known = dataset.classes();
  if (settings.classes.empty()) return known;
  for (const std::string& name : settings.classes)
    if (std::find(known.begin(), known.end(), name) == known.end())
      throw_input("classes={}: {} has no such class: {}", name, dataset.root().string(), suggestion(name, known));
  return settings.classes;
}

/// The configuration of one kind of features: pretrained ones whose backbone was trained with the projectors come from
/// that backbone, which lies beside the projector file.
std::shared_ptr<const RunConfig> config_for(const std::string& features,
                                            const std::shared_ptr<const RunConfig>& config) {
  if (features != "pretrained") return config;
  const ProjectorCheckpoint& projector = projector_of(config->settings);
  if (projector.trained_backbone_sha256.empty()) return config;
  const std::filesystem::path file = trained_backbone_file(projector.file);
  if (!std::filesystem::is_regular_file(file))
    throw_input("{}: its backbone was trained with it, and {} is not beside it", projector.file.string(),
                file.filename().string());
  if (ContentHashes::instance().sha256_of(file) != projector.trained_backbone_sha256)
    throw_input("{}: it belongs to other projectors than {}", file.string(), projector.file.string());
  RunConfig trained = *config;
  trained.settings.weights = file.string();
  return std::make_shared<const RunConfig>(std::move(trained));
}

/// What must be equal for two cells to share extracted features.
std::string group_key(const RunConfig& config, const std::string& detector, const std::string& class_name,
                      const Geometry& geometry) {
  return fmt::format("{}|{}|{}|{}", class_name, geometry.text(), config.settings.device, group_text(config, detector));
}

/// The classes that a configuration fits a detector on together, or none.
std::shared_ptr<const ClassesTogether> together_for(const RunSettings& settings, const std::string& detector,
                                                    const std::shared_ptr<const Dataset>& dataset,
                                                    const std::vector<std::string>& classes,
                                                    ClassGeometries& geometries) {
  if (!settings.classes_together) return nullptr;
  const DetectorEntry& entry = DetectorRegistry::instance().get(detector, "detector");
  if (entry.is_trained && settings.selection != "last")
    throw_input("classes_together=true: selection={} is for one class alone: set selection=last", settings.selection);
  if (entry.draws_images && settings.features != std::vector<std::string>{"raw"})
    throw_input("classes_together=true: {} draws into images, which needs features=raw", detector);
  std::vector<ClassGeometry> parts;
  for (const std::string& name : classes) parts.push_back({name, geometries.of(settings, detector, *dataset, name)});
  return std::make_shared<const ClassesTogether>(dataset, std::move(parts));
}

/// Throws InputError when a detector's parameters do not go together.
void check_detector(const PlannedCell& cell) {
  static_cast<void>(DetectorRegistry::instance().get(cell.detector, "detector").make(cell.params()));
}

/// Throws InputError when a file or folder that a detector is to read is not there.
void check_detector_files(const PlannedCell& cell) {
  const DetectorEntry& entry = DetectorRegistry::instance().get(cell.detector, "detector");
  for (const auto& [name, value] : entry.resolve(cell.params())) {
    const Param& param = *entry.params->find(name);
    if (!param.is_path) continue;
    const auto& path = std::get<std::string>(value);
    if (!path.empty() && !std::filesystem::exists(path))
      throw_input("{}.{}={}: no such file or folder{}", cell.detector, name, path,
                  param.page.empty() ? "" : ": the paper's are those of " + param.page);
  }
}

/// Throws InputError when the weights are not there.
void check_weights(const RunSettings& settings) {
  static_cast<void>(find_weights(find_backbone(settings.backbone), settings.weights));
}

/// Throws InputError when a cell's references cannot be chosen for want of a file. Which classes there are of a data
/// set that is not there, and so which lists a folder must hold, is not known.
void check_reference_files(const PlannedCell& cell, const Dataset& dataset) {
  const RunSettings& settings = cell.config->settings;
  if (dataset.is_absent() && std::filesystem::is_directory(settings.references_list)) return;
  if (settings.references_select == "aligned") check_weights(aligned_backbone_settings(settings));
  if (settings.references_select == "list") static_cast<void>(reference_list_file(settings, cell.class_name));
}

/// Throws InputError where tiles cannot stand for a whole photograph.
void check_tiles(const PlannedCell& cell) {
  if (cell.geometry.fit != Fit::tiles) return;
  const RunSettings& settings = cell.config->settings;
  if (!DetectorRegistry::instance().get(cell.detector, "detector").is_position_free)
    throw_input("image.fit=tiles: {} learns what is normal at each place of an image, which tiles do not have: use pad",
                cell.detector);
  if (cell.features != "raw" && settings.references_select != "random" && settings.references_select != "list")
    throw_input("image.fit=tiles: references.select={} compares whole images: use random or list",
                settings.references_select);
  if (settings.models == "keep")
    throw_input("image.fit=tiles: models=keep is for whole images: use image.fit=pad, or models=none");
}

}  // namespace

std::string PlannedCell::title() const {
  const std::string data_set = config->data_name.empty() ? "" : config->data_name + "/";
  return data_set + class_name + " · " + detector + " · " + features +
         (variant.text.empty() ? "" : " · " + variant.text);
}

RawParams PlannedCell::params() const {
  const auto given = config->detector_params.find(detector);
  return given == config->detector_params.end() ? RawParams{} : given->second;
}

std::string PlannedCell::selection() const {
  return DetectorRegistry::instance().get(detector, "detector").is_trained ? config->settings.selection : "last";
}

const nlohmann::json& ClassesTogether::key() const {
  read();
  return key_;
}

int64_t ClassesTogether::train_images() const {
  read();
  return train_images_;
}

const ClassSplit& ClassesTogether::training_part(const std::string& class_name) const {
  read();
  return parts_.at(class_name);
}

void ClassesTogether::read() const {
  if (!key_.is_null()) return;
  nlohmann::json names = nlohmann::json::array();
  std::string prints;
  for (const ClassGeometry& part : classes_) {
    ClassSplit split = dataset_->load(part.class_name);
    split.test.clear();
    train_images_ += static_cast<int64_t>(split.train.size());
    names.push_back(part.class_name);
    const Fingerprints all = fingerprints(split);
    prints += fmt::format("{} {} {}{} {}\n", part.class_name, part.geometry.resize, part.geometry.crop,
                          part.geometry.suffix(" "), all.train);
    split.expect(all.files);
    parts_[part.class_name] = std::move(split);
  }
  key_ = {{"classes", names}, {"training", sha256_of(prints)}};
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

namespace {

/// Adds the cells of configurations to a plan, group by group.
class PlanMaker {
 public:
  void add(const RunConfig& resolved) {
    const auto config = std::make_shared<const RunConfig>(resolved);
    const RunSettings& settings = config->settings;
    check_references(settings);
    const std::shared_ptr<const Dataset> dataset = opened(settings);
    if (!dataset) return;
    const std::vector<std::string> classes = chosen_classes(settings, *dataset);
    for (const std::string& features : settings.features) {
      std::shared_ptr<const RunConfig> used = config;
      const bool ready = features != "pretrained" || missing_.found(Kind::projector, settings.projector, [&] {
        static_cast<void>(config_for(features, config));
      });
      if (ready) used = config_for(features, config);
      for (const std::string& detector : settings.detector) add(dataset, classes, used, features, detector, !ready);
    }
  }

  Plan take_plan() {
    order_groups();
    for (PlannedGroup& group : plan_.groups)
      std::stable_sort(group.cells.begin(), group.cells.end(),
                       [](const PlannedCell& a, const PlannedCell& b) { return a.features < b.features; });
    plan_.missing = missing_.lines();
    plan_.data_missing = missing_.lacks(Kind::data);
    return std::move(plan_);
  }

 private:
  using Kind = MissingInputs::Kind;

  /// nullptr for one that is not there and of which nothing is known.
  std::shared_ptr<const Dataset> opened(const RunSettings& settings) {
    std::shared_ptr<const Dataset>& dataset =
        opened_[settings.data + "|" + settings.layout + "|" + split_key(settings).dump() + "|" +
                settings.ImageReadingSettings::text()];
    if (dataset) return dataset;
    const std::filesystem::path root = find_data(settings.data);
    const LayoutEntry* layout = LayoutRegistry::instance().find(settings.layout);
    if (!std::filesystem::exists(root) && !(layout && layout->makes_folder)) {
      const std::shared_ptr<const Dataset> absent = absent_dataset(settings.layout, root);
      const PublishedDataset* published = published_dataset(settings.layout);
      missing_.add(Kind::data,
                   fmt::format("data={}: no such folder here or in a folder of ADREP_DATA{}", settings.data,
                               published ? fmt::format("; {} is offered at {}", published->layout, published->page)
                                         : "; its cells are not counted, since its layout is not given"));
      if (absent) dataset = with_split(absent, settings);
      return dataset;
    }
    dataset = with_reading(with_split(open_dataset(root, settings.layout), settings), settings);
    return dataset;
  }

  void add(const std::shared_ptr<const Dataset>& dataset, const std::vector<std::string>& classes,
           const std::shared_ptr<const RunConfig>& config, const std::string& features, const std::string& detector,
           bool blocked) {
    const RunSettings& settings = config->settings;
    const Variant variant = variant_of(*config, detector, features);
    const auto together = together_of(settings, detector, dataset, classes);
    // a model of all classes is another one with other classes
    const std::string text =
        deciding_text(*config, detector, features) + (together ? fmt::format("{}", fmt::join(classes, "|")) : "");
    for (const std::string& class_name : classes) {
      // one cell, however many configurations come to it
      if (!known_.insert(fmt::format("{}|{}|{}|{}", class_name, detector, features, text)).second) continue;
      PlannedCell cell{config,
                       class_name,
                       detector,
                       features,
                       geometries_.of(settings, detector, *dataset, class_name),
                       together,
                       variant,
                       blocked || dataset->is_absent()};
      add(dataset, std::move(cell));
    }
  }

  void add(const std::shared_ptr<const Dataset>& dataset, PlannedCell cell) {
    const RunSettings& settings = cell.config->settings;
    check_detector(cell);
    check_tiles(cell);
    cell.blocked |= !missing_.found(Kind::detector, cell.detector + parameters_of(cell.detector, cell.params()).dump(),
                                    [&] { check_detector_files(cell); });
    if (cell.features != "raw")
      cell.blocked |= !missing_.found(Kind::references,
                                      fmt::format("{}|{}|{}|{}", settings.references_select, settings.references_list,
                                                  settings.aligned_backbone, cell.class_name),
                                      [&] { check_reference_files(cell, *dataset); });
    cell.blocked |=
        !missing_.found(Kind::weights, settings.backbone + "|" + settings.weights, [&] { check_weights(settings); });
    const std::string key = group_key(*cell.config, cell.detector, cell.class_name, cell.geometry);
    const auto [place, added] = group_of_.emplace(key, plan_.groups.size());
    if (added) {
      check_image_sides(settings.backbone, settings.weights, settings, cell.geometry.crop, cell.geometry.crop);
      plan_.groups.push_back({cell.config, dataset, cell.class_name, cell.geometry, {}});
    }
    plan_.groups[place->second].cells.push_back(std::move(cell));
  }

  /// The same model for all configurations that fit on the same images.
  std::shared_ptr<const ClassesTogether> together_of(const RunSettings& settings, const std::string& detector,
                                                     const std::shared_ptr<const Dataset>& dataset,
                                                     const std::vector<std::string>& classes) {
    std::shared_ptr<const ClassesTogether> made = together_for(settings, detector, dataset, classes, geometries_);
    if (!made) return made;
    std::string key = fmt::format("{}", static_cast<const void*>(dataset.get()));
    for (const ClassGeometry& part : made->classes()) key += "|" + part.class_name + " " + part.geometry.text();
    return joint_.emplace(key, std::move(made)).first->second;
  }

  /// By data set, backbone and class, in the order in which each first comes: what one class's images give is used by
  /// groups that follow each other, and a backbone is loaded once.
  void order_groups() {
    std::map<std::string, size_t> first;
    std::vector<std::array<size_t, 3>> places;
    for (const PlannedGroup& group : plan_.groups) {
      const std::string data = fmt::format("data {}", static_cast<const void*>(group.dataset.get()));
      const auto place_of = [&](const std::string& name) { return first.emplace(name, first.size()).first->second; };
      const size_t of_data = place_of(data), of_backbone = place_of("backbone " + backbone_text(*group.config));
      places.push_back({of_data, of_backbone, place_of(data + " " + group.class_name)});
    }
    std::vector<size_t> order(places.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return places[a] < places[b]; });
    std::vector<PlannedGroup> ordered;
    for (const size_t place : order) ordered.push_back(std::move(plan_.groups[place]));
    plan_.groups = std::move(ordered);
  }

  Plan plan_;
  MissingInputs missing_;
  ClassGeometries geometries_;
  std::map<std::string, size_t> group_of_;
  std::set<std::string> known_;
  std::map<std::string, std::shared_ptr<const Dataset>> opened_;
  std::map<std::string, std::shared_ptr<const ClassesTogether>> joint_;
};

}  // namespace

Plan plan_with_missing(const std::vector<RunConfig>& configs) {
  PlanMaker maker;
  for (const RunConfig& config : configs) maker.add(config);
  Plan plan = maker.take_plan();
  if (plan.cell_count() > 0) return plan;
  if (!plan.missing.empty()) throw_input("{}", plan.missing.front());
  throw_input("nothing to do: set at least one detector, one kind of features and a data set with classes");
}

Plan make_plan(const std::vector<RunConfig>& configs) {
  Plan plan = plan_with_missing(configs);
  if (!plan.missing.empty()) throw_input("{}", plan.missing.front());
  return plan;
}

}  // namespace adrep
