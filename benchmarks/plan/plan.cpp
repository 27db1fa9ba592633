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
void check_weights(const std::string& backbone, const std::string& weights) {
  static_cast<void>(find_weights(find_backbone(backbone), weights));
}

/// Throws InputError when a cell's references cannot be chosen for want of a file. Which classes there are of a data
/// set that is not there, and so which lists a folder must hold, is not known.
void check_reference_files(const PlannedCell& cell, const Dataset& dataset) {
  const RunSettings& settings = cell.config->settings;
  if (dataset.is_absent() && std::filesystem::is_directory(settings.references_list)) return;
  if (settings.references_select == "aligned") {
    const RunSettings aligned = aligned_backbone_settings(settings);
    check_weights(aligned.backbone, aligned.weights);
  }
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

std::vector<std::string> chosen_classes(const std::vector<std::string>& asked, const Dataset& dataset,
                                        const std::string& key) {
  const std::vector<std::string> known = dataset.classes();
  for (const std::string& name : asked)
    if (std::find(known.begin(), known.end(), name) == known.end())
      throw_input("{}={}: {} has no such class: {}", key, name, dataset.root().string(), suggestion(name, known));
  return asked.empty() ? known : asked;
}

std::filesystem::path find_data(const std::string& data) {
  if (data.empty()) throw_input("data= is not set: give the folder of a data set, for example data=/data/mvtec");
  if (std::filesystem::exists(data) || std::filesystem::path(data).is_absolute()) return data;
  for (const std::filesystem::path& root : folders_of_variable("ADREP_DATA"))
    if (std::filesystem::exists(root / data)) return root / data;
  return data;
}

namespace {

/// Whether a data set can be opened: it is there, or its layout makes it.
bool is_there(const std::filesystem::path& root, const std::string& layout) {
  const LayoutEntry* entry = LayoutRegistry::instance().find(layout);
  return std::filesystem::exists(root) || (entry && entry->makes_folder);
}

/// What is said of a data set that is not there. `otherwise`: where its layout is no published one.
std::string absent_data_line(const std::string& data, const std::string& layout, const std::string& otherwise) {
  const PublishedDataset* published = published_dataset(layout);
  return fmt::format("data={}: no such folder here or in a folder of ADREP_DATA{}", data,
                     published ? fmt::format("; {} is offered at {}", published->layout, published->page) : otherwise);
}

/// Throws InputError where a data set is not there or lacks classes that are asked for.
void check_data(const std::string& data, const std::string& layout, const std::vector<std::string>& classes,
                const std::string& key) {
  const std::filesystem::path root = find_data(data);
  if (!is_there(root, layout)) throw_input("{}", absent_data_line(data, layout, ""));
  static_cast<void>(chosen_classes(classes, *open_dataset(root, layout), key));
}

/// Adds the cells of configurations to a plan, group by group.
class PlanMaker {
 public:
  void add(const RunConfig& resolved) {
    const auto config = std::make_shared<const RunConfig>(resolved);
    const auto pretraining = pretrainings_.of(resolved);
    if (!pretraining) return add(Source{config});
    // which of its projectors count depends on the detector
    for (const std::string& detector : resolved.settings.detector) {
      RunConfig own = resolved;
      own.settings.detector = {detector};
      own.settings.projector_checkpoint = projectors_for(resolved, *pretraining, detector);
      add(Source{std::make_shared<const RunConfig>(std::move(own)), pretraining, config});
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

  /// What cells are computed with.
  struct Source {
    std::shared_ptr<const RunConfig> config;
    std::shared_ptr<const Pretraining> pretraining{};  ///< that pretrained ones need first
    std::shared_ptr<const RunConfig> asked{};          ///< as in PlannedCell
    std::string features{};
    bool blocked = false;
  };

  void add(const Source& source) {
    const RunSettings& settings = source.config->settings;
    check_references(settings);
    const std::shared_ptr<const Dataset> dataset = opened(settings);
    if (!dataset) return;
    const std::vector<std::string> classes = chosen_classes(settings.classes, *dataset);
    for (const std::string& features : settings.features) {
      const Source own = source_of(features, source);
      for (const std::string& detector : settings.detector) add(dataset, classes, own, detector);
    }
  }

  /// The same for one kind of features.
  Source source_of(const std::string& features, Source source) {
    source.features = features;
    if (features != "pretrained") {
      source.pretraining = nullptr;
    } else if (source.pretraining) {
      source.blocked = !can_be_done(source.pretraining);
    } else {
      source.blocked = !missing_.found(Kind::projector, source.config->settings.projector,
                                       [&] { static_cast<void>(config_with_projectors(source.config)); });
      if (!source.blocked) source.config = config_with_projectors(source.config);
    }
    return source;
  }

  /// Whether its images and weights are there.
  bool can_be_done(const std::shared_ptr<const Pretraining>& pretraining) {
    const PretrainConfig& config = pretraining->config;
    const PretrainSettings& settings = config.settings;
    const auto there = [&](const ValidationPlace& place, const std::vector<std::string>& classes, const char* key) {
      const std::string name = fmt::format("{}|{}|{}", place.data, place.layout, fmt::join(classes, "|"));
      return missing_.found(Kind::pretraining, name, [&] { check_data(place.data, place.layout, classes, key); });
    };
    bool can = there({settings.data, settings.layout}, settings.classes, "classes");
    if (config.selects()) can &= there(validation_place(config), config.validation.classes, "validation.classes");
    can &= has_weights(settings.backbone, settings.weights);
    if (!can) plan_.blocked_pretrainings.insert(pretraining);
    return can;
  }

  bool has_weights(const std::string& backbone, const std::string& weights) {
    return missing_.found(Kind::weights, backbone + "|" + weights, [&] { check_weights(backbone, weights); });
  }

  /// nullptr for one that is not there and of which nothing is known.
  std::shared_ptr<const Dataset> opened(const RunSettings& settings) {
    std::shared_ptr<const Dataset>& dataset =
        opened_[settings.data + "|" + settings.layout + "|" + split_key(settings).dump() + "|" +
                settings.ImageReadingSettings::text()];
    if (dataset) return dataset;
    const std::filesystem::path root = find_data(settings.data);
    if (!is_there(root, settings.layout)) {
      const std::shared_ptr<const Dataset> absent = absent_dataset(settings.layout, root);
      missing_.add(Kind::data, absent_data_line(settings.data, settings.layout,
                                                settings.layout == "auto"
                                                    ? "; its cells are not counted, since its layout is not given"
                                                    : "; its cells are not counted: how many there are of layout " +
                                                          settings.layout + " is not published"));
      if (absent) dataset = with_split(absent, settings);
      return dataset;
    }
    dataset = with_reading(with_split(open_dataset(root, settings.layout), settings), settings);
    return dataset;
  }

  void add(const std::shared_ptr<const Dataset>& dataset, const std::vector<std::string>& classes, const Source& source,
           const std::string& detector) {
    const auto& [config, pretraining, asked, features, blocked] = source;
    const RunSettings& settings = config->settings;
    const Variant variant = variant_of(*config, detector, features);
    const auto together = together_of(settings, detector, dataset, classes);
    // a model of all classes is another one with other classes
    const std::string text =
        deciding_text(*config, detector, features) + (together ? fmt::format("{}", fmt::join(classes, "|")) : "");
    for (const std::string& class_name : classes) {
      // one cell, however many configurations come to it
      const auto [known, added] = known_.try_emplace(fmt::format("{}|{}|{}|{}", class_name, detector, features, text));
      if (!added) {
        std::erase_if(*known->second, [&](const auto& label) {
          const auto other = config->labels.find(label.first);
          return other == config->labels.end() || other->second != label.second;
        });
        continue;
      }
      known->second = std::make_shared<AxisLabels>(config->labels);
      PlannedCell cell{config,
                       class_name,
                       detector,
                       features,
                       geometries_.of(settings, detector, *dataset, class_name),
                       together,
                       variant,
                       blocked || dataset->is_absent(),
                       pretraining,
                       asked,
                       known->second};
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
    cell.blocked |= !has_weights(settings.backbone, settings.weights);
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
  Pretrainings pretrainings_;
  MissingInputs missing_;
  ClassGeometries geometries_;
  std::map<std::string, size_t> group_of_;
  std::map<std::string, std::shared_ptr<AxisLabels>> known_;
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
