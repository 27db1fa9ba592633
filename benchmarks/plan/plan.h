#pragma once
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "benchmarks/plan/cell_settings.h"
#include "benchmarks/plan/pretraining.h"
#include "core/image/preprocess.h"
#include "datasets/dataset.h"

namespace adrep {

/// A class with the size of its images.
struct ClassGeometry {
  std::string class_name;
  Geometry geometry;
};

/// The classes that one model is fitted on (setting `classes_together`).
class ClassesTogether {
 public:
  ClassesTogether(std::shared_ptr<const Dataset> dataset, std::vector<ClassGeometry> classes)
      : dataset_(std::move(dataset)), classes_(std::move(classes)) {}

  const std::shared_ptr<const Dataset>& dataset() const { return dataset_; }
  const std::vector<ClassGeometry>& classes() const { return classes_; }
  /// What determines the model: names of the classes, sizes and contents of their training images. Read when first
  /// asked.
  const nlohmann::json& key() const;
  int64_t train_images() const;  ///< of all classes
  /// A class's training images as the key has them, without test images.
  const ClassSplit& training_part(const std::string& class_name) const;

 private:
  void read() const;

  std::shared_ptr<const Dataset> dataset_;
  std::vector<ClassGeometry> classes_;
  mutable nlohmann::json key_;
  mutable int64_t train_images_ = 0;
  mutable std::map<std::string, ClassSplit> parts_;
};

/// Where a cell stands on the axes of a sweep (RunConfig::labels).
using AxisLabels = std::map<std::string, std::string>;

/// One cell to compute: which detector on which features of which class, under which configuration.
struct PlannedCell {
  std::shared_ptr<const RunConfig> config;
  std::string class_name, detector, features;
  Geometry geometry;
  std::shared_ptr<const ClassesTogether> together{};  ///< none: fitted on its own class
  Variant variant{};                                  ///< the swept keys that decide anything of it
  bool blocked = false;                               ///< something that it needs is missing (Plan::missing)
  /// What has to be done before it; none: nothing, or it is done and `config` names its projectors.
  std::shared_ptr<const Pretraining> pretraining{};
  /// What was asked for, where `config` names the projectors of a pretraining; none: `config`.
  std::shared_ptr<const RunConfig> asked{};
  /// Those that all configurations share that come to it: the others decide nothing of it.
  std::shared_ptr<const AxisLabels> labels{};

  const RunConfig& asked_for() const { return asked ? *asked : *config; }

  std::string title() const;  ///< "bracket · patchcore · residual"
  RawParams params() const;   ///< the detector's parameters that were given
  /// Which epoch's model counts: the setting for a detector that is trained, else "last".
  std::string selection() const;
};

/// Cells that share one class's images and features: extracted once, used by all, dropped.
struct PlannedGroup {
  std::shared_ptr<const RunConfig> config;  ///< of the first cell: data, backbone, weights and references are common
  std::shared_ptr<const Dataset> dataset;
  std::string class_name;
  Geometry geometry;
  std::vector<PlannedCell> cells;  ///< ordered by features, then detector
  std::string failed{};            ///< why none of them can be computed; "": they can
};

/// All cells of a run: by data set and backbone, class by class.
struct Plan {
  std::vector<PlannedGroup> groups;
  std::vector<std::string> missing{};  ///< what cells need and cannot use, one line each
  bool data_missing = false;           ///< a data set is among it, of which cells may be unknown
  std::set<std::shared_ptr<const Pretraining>> blocked_pretrainings{};  ///< for want of what is missing
  int64_t cell_count() const;
};

/// Opens the data sets and lists the cells, each once, however many configurations come to it. Of data sets that are
/// not there and whose layout is given the published classes are planned with. Throws InputError for unknown classes,
/// settings that do not go together, or an empty plan; for data that is missing only where nothing is left to plan.
Plan plan_with_missing(const std::vector<RunConfig>& configs);

/// The same where nothing may be missing: throws InputError with the first of what is.
Plan make_plan(const std::vector<RunConfig>& configs);

/// The classes that are asked for, or all. Throws InputError, naming the key, for one that the data set has not.
std::vector<std::string> chosen_classes(const std::vector<std::string>& asked, const Dataset& dataset,
                                        const std::string& key = "classes");

/// Where a data set lies: the path itself, or below a folder of ADREP_DATA. Throws InputError when data= is not given.
std::filesystem::path find_data(const std::string& data);

}  // namespace adrep
