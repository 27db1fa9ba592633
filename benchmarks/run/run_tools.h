#pragma once
#include <functional>
#include <memory>
#include <set>
#include <string>

#include "benchmarks/plan/cell_keys.h"
#include "benchmarks/plan/feature_keys.h"
#include "benchmarks/run/joint_models.h"
#include "benchmarks/run/named_contents.h"
#include "core/base/device.h"

namespace adrep {

/// A backbone stays loaded while groups use the same one.
class LoadedBackbone {
 public:
  const Backbone& get(const RunConfig& config) {
    if (!loaded(config)) {
      const RunSettings& settings = config.settings;
      backbone_.reset();
      backbone_ = load_backbone(settings.backbone, settings.weights, open_device(settings.device), settings.precision,
                                settings);
      name_ = backbone_text(config);
    }
    asked_by_ = &config;
    return *backbone_;
  }
  /// nullptr when it has not been needed: all features came from the cache.
  const Backbone* loaded(const RunConfig& config) const {
    if (!backbone_) return nullptr;
    return asked_by_ == &config || name_ == backbone_text(config) ? backbone_.get() : nullptr;
  }

 private:
  const RunConfig* asked_by_ = nullptr;  ///< by whom last: asked for every few images
  std::string name_;
  std::unique_ptr<Backbone> backbone_;
};

/// What lives as long as a run.
struct RunTools {
  /// settings: of any of its configurations. `listener`: see told.
  RunTools(const RunSettings& settings, FeatureStores of_run, const std::filesystem::path& output,
           std::function<void(size_t cell)> listener)
      : leases(settings, output),
        stores(of_run),
        told(std::move(listener)),
        joint(
            output, [this](const RunConfig& config) -> const Backbone& { return backbone.get(config); }, of_run,
            leases) {}
  RunTools(const RunTools&) = delete;
  RunTools& operator=(const RunTools&) = delete;

  WorkLeases leases;
  LoadedBackbone backbone;
  FeatureStores stores;
  /// Told of each cell of the outcome, by its place there, that is finished or has failed.
  std::function<void(size_t cell)> told;
  JointModels joint;
  NamedContents contents;
  std::set<std::string> said;  ///< what is said once: of classes, and why many cells failed at once
  /// Why a result, by its id, failed in another process since this one began; "" where it did not.
  std::function<std::string(const std::string& result)> failed_elsewhere = [](const std::string&) { return ""; };
};

}  // namespace adrep
