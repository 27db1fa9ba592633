#include "benchmarks/runner.h"

#include <ATen/core/grad_mode.h>

#include <chrono>

#include "benchmarks/cell_costs.h"
#include "benchmarks/cell_key.h"
#include "benchmarks/class_features.h"
#include "benchmarks/evaluation.h"
#include "benchmarks/examples.h"
#include "benchmarks/feature_keys.h"
#include "benchmarks/projectors.h"
#include "benchmarks/saved_maps.h"
#include "benchmarks/training_images.h"
#include "core/base/device.h"
#include "core/base/interrupt.h"
#include "core/base/log.h"
#include "core/base/progress.h"
#include "core/base/random.h"
#include "datasets/fingerprint.h"
#include "detectors/post_steps.h"

namespace adrep {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Shows a detector's progress and passes on the user's wish to stop.
class ShownFit final : public FitObserver {
 public:
  explicit ShownFit(std::string title) : title_(std::move(title)) {}
  void progress(const std::string& stage, int64_t done, int64_t total) override {
    stop_if_interrupted();
    if (stage != stage_) shown_ = std::make_unique<Progress>(title_ + ": " + stage, total, "steps");
    stage_ = stage;
    shown_->update(done);
  }

 private:
  std::string title_, stage_;
  std::unique_ptr<Progress> shown_;
};

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

Scores score_all(const Detector& detector, const Levels& test, int64_t batch, const std::string& title) {
  const int64_t count = test.batch();
  Progress progress(title + ": scoring", count, "images");
  std::vector<at::Tensor> maps, scores;
  std::vector<std::vector<at::Tensor>> grids;
  for (int64_t first = 0; first < count; first += batch) {
    stop_if_interrupted();
    Levels part{{}, test.image_size};
    for (const at::Tensor& map : test.maps) part.maps.push_back(map.narrow(0, first, std::min(batch, count - first)));
    const Scores scored = detector.score(part);
    maps.push_back(scored.maps);
    scores.push_back(scored.image_scores);
    grids.resize(scored.grids.size());
    for (size_t l = 0; l < grids.size(); ++l) grids[l].push_back(scored.grids[l]);
    progress.update(std::min(count, first + batch));
  }
  Scores all{at::cat(maps), at::cat(scores), {}};
  for (const std::vector<at::Tensor>& grid : grids) all.grids.push_back(at::cat(grid));
  return all;
}

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

/// One group of a plan: which cells are missing, and their computation.
class GroupRun {
 public:
  GroupRun(const PlannedGroup& group, const CellStore& store, const std::filesystem::path& output,
           LoadedBackbone& backbone, OpenCache& cache, RunOutcome& outcome)
      : group_(group), store_(store), output_(output), backbone_(backbone), cache_(cache), outcome_(outcome) {}

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
    return !cell.cell || (index < maps_.size() && maps_[index].missing());
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
      maps_.emplace_back(output_, cell.planned, hash_of_key(keys.back()));
      missing |= unfinished(cell, maps_.size() - 1);
    }
    if (!missing) return;
    const auto start = Clock::now();
    const RunSettings& settings = group_.config->settings;
    ClassFeatures features(
        group_, split_, [&]() -> const Backbone& { return backbone_.get(settings); }, cache_.get(settings));
    const GroundTruth truth = load_ground_truth(features.test(), group_.geometry);
    const ExampleImages examples(features.test(), truth, group_, output_, fingerprint);
    outcome_.feature_seconds += seconds_since(start);
    for (size_t i = 0; i < cells.size(); ++i) {
      if (!unfinished(cells[i], i)) continue;
      try {
        compute_cell(cells[i], keys[i], maps_[i], features, truth, examples);
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

  /// A cell of an earlier run whose maps are not there stays as it is; only the maps are written.
  void compute_cell(CellOutcome& outcome, const nlohmann::json& key, const SavedMaps& saved, ClassFeatures& features,
                    const GroundTruth& truth, const ExampleImages& examples) {
    const PlannedCell& planned = outcome.planned;
    const auto feature_start = Clock::now();
    const ClassFeatures::Pair& levels = features.in(planned.features);
    outcome_.feature_seconds += seconds_since(feature_start);

    if (planned.config->settings.references_save && planned.features != "raw") save_references(key, features);

    const auto start = Clock::now();
    const auto [scores, costs, notes, post_step] = fit_and_score(planned, features, levels);
    if (!outcome.cell) {
      Cell cell = make_cell(planned, key, scores, features, truth);
      if (!post_step.empty()) cell.environment["post_step"] = post_step;
      if (!notes.empty()) cell.environment["detector_notes"] = notes;
      examples.save_maps(cell.hash(), scores.maps);
      store_.put(cell);
      put_costs(output_, cell.hash(), costs);
      outcome.cell = std::move(cell);
    }
    if (saved.missing()) saved.save(scores.maps.cpu(), scores.image_scores, truth, features.test());
    outcome.seconds = seconds_since(start);
    log_info(fmt::format("{}: {}", planned.title(), duration_text(outcome.seconds)));
  }

  void save_references(const nlohmann::json& key, const ClassFeatures& features) const {
    nlohmann::json about;
    for (const char* part :
         {"class", "layout", "data_fingerprint", "backbone", "weights_sha256", "precision", "crop", "references"})
      about[part] = key.at(part);
    features.references()->save(output_ / "references", group_.class_name, about, features.train(), features.test());
  }

  struct FittedScores {
    Scores scores;  ///< of all test images: maps on the detector's device, image scores on the CPU
    Costs costs;
    std::vector<std::string> notes;  ///< the detector's
    std::string post_step;           ///< the step over the whole test set that was applied, "" mostly
  };
  FittedScores fit_and_score(const PlannedCell& planned, const ClassFeatures& features,
                             const ClassFeatures::Pair& levels) const {
    const auto start = Clock::now();
    const RunSettings& settings = planned.config->settings;
    const DetectorEntry& entry = DetectorRegistry::instance().get(planned.detector, "detector");
    const auto params = planned.config->detector_params.find(planned.detector);
    const std::unique_ptr<Detector> detector =
        entry.make(params == planned.config->detector_params.end() ? RawParams{} : params->second);
    ShownFit observer(planned.title());
    const at::Device device = open_device(settings.device);
    const ClassImages images(
        features.train(), group_.geometry, [&]() -> const Backbone& { return backbone_.get(settings); }, device,
        [&](const Levels& raw) { return features.represent(planned.features, raw); });
    detector->fit(MemoryFeatures(levels.train),
                  {.observer = observer,
                   .seed = derive_seed(static_cast<uint64_t>(settings.seed), planned.detector),
                   .device = device,
                   .memory_bytes = static_cast<int64_t>(settings.memory * (int64_t{1} << 30)),
                   .images = &images});
    Costs costs = {{"fit_seconds", seconds_since(start)}, {"state_megabytes", megabytes_of(detector->state())}};
    if (const Backbone* backbone = backbone_.loaded(settings))
      costs["parameters"] = static_cast<double>(backbone->info().parameters);
    const auto score_start = Clock::now();
    Scores scores = score_all(*detector, levels.test, settings.batch, planned.title());
    const std::string asked = detector->post_step();
    const std::string published = settings.post == "published" ? entry.published_post_step : "";
    const std::string post_step = asked.empty() ? published : asked;
    scores = apply_post_step(post_step, scores);
    // the copy waits for a device, so that the time is true
    scores = {scores.maps.contiguous(), scores.image_scores.cpu().contiguous(), {}};
    costs["score_seconds"] = seconds_since(score_start) / static_cast<double>(scores.image_scores.size(0));
    return {std::move(scores), std::move(costs), detector->notes(), post_step};
  }

  Cell make_cell(const PlannedCell& planned, const nlohmann::json& key, const Scores& scores,
                 const ClassFeatures& features, const GroundTruth& truth) const {
    const RunSettings& settings = planned.config->settings;
    Cell cell;
    cell.key = key;
    cell.environment = cell_environment(settings);
    cell.metrics = evaluate(scores.maps, scores.image_scores, truth, features.test(), settings.protocol);
    cell.train_images = static_cast<int64_t>(features.train().size());
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
  LoadedBackbone& backbone_;
  OpenCache& cache_;
  RunOutcome& outcome_;
  ClassSplit split_;
  std::vector<SavedMaps> maps_;  ///< one a cell
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
  RunOutcome outcome;
  try {
    for (const PlannedGroup& group : plan.groups) {
      stop_if_interrupted();
      set_threads(group.config->settings.threads);
      GroupRun(group, store, output, backbone, cache, outcome).run();
    }
  } catch (const Interrupted&) {
    outcome.interrupted = true;
    std::erase_if(outcome.cells, [](const CellOutcome& cell) { return !cell.cell && cell.error.empty(); });
  }
  return outcome;
}

}  // namespace adrep
