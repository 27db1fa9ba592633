#include "benchmarks/run/runner.h"

#include <ATen/core/grad_mode.h>

#include "benchmarks/cells/cell_costs.h"
#include "benchmarks/plan/cell_key.h"
#include "benchmarks/plan/feature_keys.h"
#include "benchmarks/plan/projectors.h"
#include "benchmarks/run/cell_fit.h"
#include "benchmarks/run/class_features.h"
#include "benchmarks/run/evaluation.h"
#include "benchmarks/run/examples.h"
#include "benchmarks/run/image_scoring.h"
#include "benchmarks/run/joint_models.h"
#include "benchmarks/run/model_selection.h"
#include "benchmarks/run/saved_maps.h"
#include "benchmarks/run/saved_model.h"
#include "benchmarks/run/training_files.h"
#include "benchmarks/run/training_images.h"
#include "core/base/device.h"
#include "core/base/interrupt.h"
#include "core/base/log.h"
#include "core/base/progress.h"
#include "core/base/stopwatch.h"
#include "datasets/fingerprint.h"

namespace adrep {
namespace {

/// A backbone stays loaded while groups use the same one.
class LoadedBackbone {
 public:
  const Backbone& get(const RunSettings& settings) {
    if (!loaded(settings)) {
      backbone_.reset();
      backbone_ = load_backbone(settings.backbone, settings.weights, open_device(settings.device), settings.precision);
      name_ = name_of(settings);
    }
    return *backbone_;
  }
  /// nullptr when it has not been needed: all features came from the cache.
  const Backbone* loaded(const RunSettings& settings) const {
    return name_ == name_of(settings) ? backbone_.get() : nullptr;
  }

 private:
  static std::string name_of(const RunSettings& settings) {
    return settings.backbone + "|" + settings.weights + "|" + settings.device + "|" + settings.precision;
  }

  std::string name_;
  std::unique_ptr<Backbone> backbone_;
};

/// The feature cache stays open while groups use the same one.
class OpenCache {
 public:
  FeatureCache* get(const RunSettings& settings) {
    const std::string wanted = fmt::format("{}|{}|{}", settings.cache, settings.cache_folder, settings.cache_limit);
    if (wanted != name_) {
      cache_ = std::make_unique<FeatureCache>(cache_options(settings));
      name_ = wanted;
    }
    return cache_.get();
  }

 private:
  std::string name_;
  std::unique_ptr<FeatureCache> cache_;
};

/// What a cell records of a split of its own: the anomalous images that were trained on, and what was less than asked
/// for.
nlohmann::json split_record(const std::vector<Sample>& train, const std::vector<std::string>& notes) {
  std::vector<std::string> anomalous;
  for (const Sample& sample : train)
    if (sample.anomalous) anomalous.push_back(sample.id);
  return {{"anomalous_training_images", anomalous}, {"notes", notes}};
}

double megabytes_of(const TensorMap& tensors) {
  double bytes = 0;
  for (const auto& [name, tensor] : tensors) bytes += static_cast<double>(tensor.nbytes());
  return bytes / 1e6;
}

/// Files of a cell beside its result, where they are asked for.
struct KeptFiles {
  SavedMaps maps;
  SavedModel model;
  bool missing() const { return maps.missing() || model.missing(); }
};

/// What lives as long as a run.
struct RunTools {
  LoadedBackbone& backbone;
  OpenCache& cache;
  JointModels& joint;
};

/// One group of a plan: which cells are missing, and their computation.
class GroupRun {
 public:
  GroupRun(const PlannedGroup& group, const CellStore& store, const std::filesystem::path& output, RunTools& tools,
           RunOutcome& outcome)
      : group_(group), store_(store), output_(output), tools_(tools), outcome_(outcome) {}

  void run() {
    const size_t first = outcome_.cells.size();
    for (const PlannedCell& planned : group_.cells) outcome_.cells.push_back({planned, {}, false, "", 0});
    const std::span<CellOutcome> cells(outcome_.cells.begin() + static_cast<std::ptrdiff_t>(first),
                                       outcome_.cells.end());
    try {
      compute(cells);
    } catch (const Interrupted&) {
      throw;
    } catch (const WriteError&) {
      throw;
    } catch (const Error& error) {
      // the same weights or setting may fail every class: it is said once
      const bool known = std::any_of(outcome_.cells.begin(), outcome_.cells.end(),
                                     [&](const CellOutcome& cell) { return cell.error == error.what(); });
      if (!known) log_error(error.what());
      for (size_t i = 0; i < cells.size(); ++i)
        if (unfinished(cells[i], i)) cells[i].error = error.what();
    }
  }

 private:
  bool unfinished(const CellOutcome& cell, size_t index) const {
    return !cell.cell || (index < kept_.size() && kept_[index].missing());
  }

  void compute(std::span<CellOutcome> cells) {
    split_ = group_.dataset->load(group_.class_name);
    for (const std::string& note : split_.notes) log_warning(fmt::format("class {}: {}", group_.class_name, note));
    const std::string fingerprint = adrep::fingerprint(split_);
    std::vector<nlohmann::json> keys;
    bool missing = false;
    for (CellOutcome& cell : cells) {
      keys.push_back(cell_key(cell.planned, group_.dataset->layout(), fingerprint));
      cell.cell = store_.find(keys.back());
      cell.reused = cell.cell.has_value();
      if (cell.reused)
        log_detail(cell.planned.title() + ": finished earlier, " + store_.file_of(cell.cell->hash()).string());
      kept_.push_back({{output_, cell.planned, hash_of_key(keys.back())}, {output_, cell.planned, keys.back()}});
      missing |= unfinished(cell, kept_.size() - 1);
    }
    if (!missing) return;
    const Stopwatch watch;
    const RunSettings& settings = group_.config->settings;
    ClassFeatures features(
        group_, split_, [&]() -> const Backbone& { return tools_.backbone.get(settings); }, tools_.cache.get(settings));
    const GroundTruth truth = load_ground_truth(features.test(), group_.geometry);
    const ExampleImages examples(features.test(), truth, group_, output_, fingerprint);
    outcome_.feature_seconds += watch.seconds();
    for (size_t i = 0; i < cells.size(); ++i) {
      if (!unfinished(cells[i], i)) continue;
      try {
        compute_cell(cells[i], keys[i], kept_[i], features, truth, examples);
      } catch (const Interrupted&) {
        throw;
      } catch (const WriteError&) {
        throw;
      } catch (const Error& error) {
        failed(cells[i], error.what());
      } catch (const std::logic_error& bug) {
        failed(cells[i], bug.what());
      } catch (const std::bad_alloc&) {
        failed(cells[i], "out of memory; lower memory= or batch=");
      } catch (const c10::Error& error) {
        failed(cells[i], std::string(error.what_without_backtrace())
                             .substr(0, std::string(error.what_without_backtrace()).find('\n')));
      }
    }
    outcome_.cached_images += features.cached();
    outcome_.computed_images += features.computed();
  }

  void failed(CellOutcome& outcome, const std::string& reason) {
    outcome.error = reason;
    log_error(outcome.planned.title() + ": " + reason);
  }

  /// A cell of an earlier run whose maps or model are not there stays as it is; only those are written.
  void compute_cell(CellOutcome& outcome, const nlohmann::json& key, const KeptFiles& kept, ClassFeatures& features,
                    const GroundTruth& truth, const ExampleImages& examples) {
    const PlannedCell& planned = outcome.planned;
    const Stopwatch feature_watch;
    const ClassFeatures::Pair& levels = features.in(planned.features);
    outcome_.feature_seconds += feature_watch.seconds();

    if (planned.config->settings.references_save && planned.features != "raw") save_references(key, features);

    const Stopwatch watch;
    const FittedCell fitted = fit(planned, key, features, levels, truth);
    Costs costs = {{"fit_seconds", fitted.seconds}, {"state_megabytes", megabytes_of(fitted.detector->state())}};
    if (const Backbone* backbone = tools_.backbone.loaded(planned.config->settings))
      costs["parameters"] = static_cast<double>(backbone->info().parameters);
    const Stopwatch score_watch;
    const Scores scores = score_test_images(*fitted.detector, levels.test, planned, planned.title());
    costs["score_seconds"] = score_watch.seconds() / static_cast<double>(scores.image_scores.size(0));
    if (!outcome.cell) {
      Cell cell = make_cell(planned, key, scores, features, truth, fitted);
      examples.save_maps(cell.hash(), scores.maps);
      store_.put(cell);
      put_costs(output_, cell.hash(), costs);
      outcome.cell = std::move(cell);
    }
    if (kept.maps.missing()) kept.maps.save(scores.maps.cpu(), scores.image_scores, truth, features.test());
    if (kept.model.missing()) kept.model.save(fitted.detector, bank_of(planned, features), levels.train.narrow(0, 1));
    if (!planned.together) TrainingFiles(output_, outcome.cell->hash(), 0).finish();
    outcome.seconds = watch.seconds();
    log_info(fmt::format("{}: {}", planned.title(), duration_text(outcome.seconds)));
  }

  /// The rows that a kept model's new images are compared with, none for raw features.
  static std::vector<at::Tensor> bank_of(const PlannedCell& planned, const ClassFeatures& features) {
    if (planned.features == "raw") return {};
    if (!features.references()->choice().test.empty())
      throw_input("models=keep: every test image has references of its own, a new image would have none: use others");
    return features.references()->shared().rows;
  }

  void save_references(const nlohmann::json& key, const ClassFeatures& features) const {
    nlohmann::json about;
    for (const char* part :
         {"class", "layout", "data_fingerprint", "backbone", "weights_sha256", "precision", "crop", "references"})
      about[part] = key.at(part);
    features.references()->save(output_ / "references", group_.class_name, about, features.train(), features.test());
  }

  FittedCell fit(const PlannedCell& planned, const nlohmann::json& key, const ClassFeatures& features,
                 const ClassFeatures::Pair& levels, const GroundTruth& truth) const {
    if (planned.together) return tools_.joint.of(planned, key);
    const RunSettings& settings = planned.config->settings;
    const ClassImages images(
        features.train(), group_.geometry, [&]() -> const Backbone& { return tools_.backbone.get(settings); },
        open_device(settings.device), [&](const Levels& raw) { return features.represent(planned.features, raw); });
    return fit_cell(planned, hash_of_key(key), output_, {features, levels, images, truth});
  }

  Cell make_cell(const PlannedCell& planned, const nlohmann::json& key, const Scores& scores,
                 const ClassFeatures& features, const GroundTruth& truth, const FittedCell& fitted) const {
    const RunSettings& settings = planned.config->settings;
    Cell cell;
    cell.key = key;
    cell.environment = cell_environment(settings);
    cell.metrics = evaluate(scores.maps, scores.image_scores, truth, features.test(), settings.protocol);
    if (planned.selection() == "oracle") cell.metrics = best_over_epochs(cell.metrics, fitted.epochs);
    cell.training = fitted.training();
    if (const auto notes = fitted.detector->notes(); !notes.empty()) cell.environment["detector_notes"] = notes;
    if (const std::string step = post_step_of(*fitted.detector, planned); !step.empty())
      cell.environment["post_step"] = step;
    cell.train_images =
        planned.together ? planned.together->train_images() : static_cast<int64_t>(features.train().size());
    cell.test_images = static_cast<int64_t>(features.test().size());
    cell.images_without_mask = truth.without_mask;
    cell.skipped = features.skipped();
    if (planned.features == "pretrained") cell.environment["projector"] = projector_record(projector_of(settings));
    if (planned.features != "raw") {
      cell.references = features.references()->files();
      cell.reference_hashes = features.references()->hashes();
    }
    if (key.contains("split")) cell.split = split_record(features.train(), split_.notes);
    for (size_t i = 0; i < features.test().size(); ++i) {
      const Sample& sample = features.test()[i];
      cell.anomalous_images += sample.anomalous;
      cell.scores.push_back(
          {sample.id, sample.defect, sample.anomalous, scores.image_scores[static_cast<int64_t>(i)].item<float>()});
    }
    return cell;
  }

  const PlannedGroup& group_;
  const CellStore& store_;
  const std::filesystem::path& output_;
  RunTools& tools_;
  RunOutcome& outcome_;
  ClassSplit split_;
  std::vector<KeptFiles> kept_;  ///< one a cell
};

}  // namespace

int64_t RunOutcome::failed() const {
  return std::count_if(cells.begin(), cells.end(), [](const CellOutcome& cell) { return !cell.error.empty(); });
}

RunOutcome run_plan(const Plan& plan, const std::filesystem::path& output) {
  const at::NoGradGuard no_grad;
  const CellStore store(output / "cells");
  LoadedBackbone backbone;
  OpenCache cache;
  JointModels joint(
      output, [&](const RunSettings& settings) -> const Backbone& { return backbone.get(settings); },
      [&](const RunSettings& settings) { return cache.get(settings); });
  RunTools tools{backbone, cache, joint};
  RunOutcome outcome;
  try {
    for (const PlannedGroup& group : plan.groups) {
      stop_if_interrupted();
      set_threads(group.config->settings.threads);
      GroupRun(group, store, output, tools, outcome).run();
    }
    if (outcome.failed() == 0) joint.finish();
  } catch (const Interrupted&) {
    outcome.interrupted = true;
    std::erase_if(outcome.cells, [](const CellOutcome& cell) { return !cell.cell && cell.error.empty(); });
  }
  return outcome;
}

}  // namespace adrep
