#include "benchmarks/run/estimate.h"

#include <algorithm>
#include <set>

#include "benchmarks/plan/cell_keys.h"
#include "benchmarks/plan/feature_keys.h"
#include "benchmarks/plan/job_share.h"
#include "benchmarks/plan/memory_shares.h"
#include "benchmarks/plan/recorded_plan.h"
#include "benchmarks/run/cell_work.h"
#include "benchmarks/run/class_sizes.h"
#include "benchmarks/run/limits.h"
#include "benchmarks/run/pass_rates.h"
#include "benchmarks/run/sample_geometry.h"
#include "core/base/device.h"
#include "core/base/plural.h"
#include "core/base/progress.h"
#include "core/base/stopwatch.h"
#include "core/image/decode.h"
#include "datasets/fingerprint.h"

namespace adrep {
namespace {

double decode_seconds(const std::vector<Sample>& samples, const Geometry& geometry) {
  const size_t count = std::min<size_t>(samples.size(), 4);
  const Stopwatch watch;
  for (size_t i = 0; i < count; ++i) {
    try {
      preprocess_image(decode_rgb(samples[i].image_file()), geometry);
    } catch (const InputError&) {
      continue;  // an unreadable image is the run's matter, not the estimate's
    }
  }
  return count > 0 ? watch.seconds() / static_cast<double>(count) : 0;
}

/// Tiles of a typical photograph; 1 where images are not cut.
double tiles_an_image(const std::vector<Sample>& samples, const Geometry& geometry) {
  const size_t count = std::min<size_t>(samples.size(), 16);
  if (geometry.fit != Fit::tiles || count == 0) return 1;
  double tiles = 0;
  for (size_t i = 0; i < count; ++i) tiles += static_cast<double>(tiles_of(samples[i], geometry).count());
  return tiles / static_cast<double>(count);
}

double bytes_of(const std::vector<LevelShape>& shapes) {
  double floats = 0;
  for (const LevelShape& shape : shapes) floats += static_cast<double>(shape.channels * shape.positions());
  return floats * sizeof(float);
}

/// Products of one image's features with the bank of references.
double residual_flops(const std::vector<LevelShape>& shapes, int64_t shots) {
  double flops = 0;
  for (const LevelShape& shape : shapes)
    flops += 2.0 * static_cast<double>(shape.positions()) * static_cast<double>(shape.positions() * shots) *
             static_cast<double>(shape.channels);
  return flops;
}

/// The label of the axis that names backbones, where there is one: several may be a `vit`.
std::string backbone_name(const RunConfig& config) {
  for (const AxisPlace& place : config.places)
    if (std::find(place.keys.begin(), place.keys.end(), "backbone") != place.keys.end()) return place.label;
  return config.settings.backbone;
}

class Estimator {
 public:
  Estimator(const Plan& plan, const std::filesystem::path& output) : plan_(plan), output_(output) {}

  Estimate run() {
    const RunSettings& settings = plan_.groups.front().config->settings;
    if (settings.cache != "off") estimate_.cache_limit = settings.cache_limit * static_cast<double>(int64_t{1} << 30);
    estimate_.missing = plan_.missing;
    const ResultPlan recorded = recorded_plan(plan_);
    size_t cell = 0;
    for (const PlannedGroup& group : plan_.groups) {
      add(group, recorded.results[cell].data_set);
      cell += group.cells.size();
    }
    divide_among(std::min(jobs_of(settings), std::ssize(plan_.groups)));
    return std::move(estimate_);
  }

 private:
  /// What is left to do of a group.
  struct Left {
    std::vector<CellWork> cells;
    WorkPlan work;
    int64_t done = 0;
  };

  /// What was counted is one process's, with a job's share of the machine.
  void divide_among(int64_t jobs) {
    const auto count = static_cast<double>(jobs);
    estimate_.jobs = jobs;
    estimate_.seconds /= count;
    estimate_.peak_bytes *= count;
    estimate_.spill_bytes *= count;
    for (EstimateRow& row : estimate_.rows) {
      row.seconds /= count;
      row.peak_bytes *= count;
    }
    for (auto& [name, part] : estimate_.parts) {
      part.seconds /= count;
      part.faster_seconds /= count;
    }
  }

  void add(const PlannedGroup& group, const std::string& data_set) {
    set_threads(group.config->settings.threads);
    EstimateRow& row = row_of(data_set, backbone_name(*group.config));
    const ClassSplit split = group.dataset->load(group.class_name);
    estimate_.cells += static_cast<int64_t>(group.cells.size());
    if (counted_.insert(group.dataset->root().string() + "|" + group.class_name).second)
      estimate_.images += static_cast<int64_t>(split.train.size() + split.test.size());
    PlannedGroup ready = group;
    std::erase_if(ready.cells, [](const PlannedCell& cell) { return cell.blocked || cell.pretraining; });
    for (const PlannedCell& cell : group.cells) {
      row.blocked += cell.blocked;
      row.to_do += !cell.blocked && cell.pretraining;
    }
    if (!ready.cells.empty()) {
      const Left left = left_of(ready, split);
      row.done += left.done;
      row.to_do += std::ssize(ready.cells) - left.done;
      add_left(ready, split, left, row);
    }
    if (ready.cells.size() < group.cells.size()) add_without_keys(group, split, row);
  }

  /// The cells that lack a file or wait for a pretraining, each with a fit of its own but for models of all classes:
  /// their keys cannot be made.
  void add_without_keys(const PlannedGroup& group, const ClassSplit& split, EstimateRow& row) {
    std::vector<const PlannedCell*> fits;
    for (const PlannedCell& cell : group.cells)
      if (cell.blocked || cell.pretraining) fits.push_back(&cell);
    for (const PlannedCell* cell : fits) {
      const std::string joint = fmt::format("{}|{}|{}|{}", row.data_set, row.backbone, cell->detector, cell->features);
      const bool fitted = !cell->together || joint_.insert(joint).second;
      estimate_.work.fitted += fitted;
      row.fits += fitted;
      ++estimate_.work.scored;
      ++estimate_.work.evaluated;
    }
    const PassRates* rates = rates_for(group);
    if (rates) add_costs(group, split, fits, *rates, row);
  }

  void add_left(const PlannedGroup& group, const ClassSplit& split, const Left& left, EstimateRow& row) {
    if (left.cells.empty()) return;
    if (left.work.fit.empty()) {
      const size_t count = left.work.evaluate.size();
      estimate_.lines.push_back(
          count == 0 ? fmt::format("{}: {}, all finished", group.class_name, counted(std::ssize(group.cells), "cell"))
                     : fmt::format("{}: {} to evaluate from kept score maps", group.class_name,
                                   counted(static_cast<int64_t>(count), "cell")));
      return;
    }
    std::vector<const PlannedCell*> fits;
    for (const FitJob& job : left.work.fit) {
      const CellWork& first = left.cells[job.scores.front().cells.front()];
      const bool fitted = !first.planned->together || joint_.insert(first.key.fit_hash()).second;
      estimate_.work.fitted += fitted;
      row.fits += fitted;
      fits.push_back(first.planned);
      for (const ScoreJob& scoring : job.scores) {
        ++estimate_.work.scored;
        estimate_.work.evaluated += std::ssize(scoring.cells);
      }
    }
    const PassRates* rates = rates_for(group);
    if (!rates) return;
    const int64_t cached = cached_images(group, split);
    const auto [seconds, peak] = add_costs(group, split, fits, *rates, row, cached);
    estimate_.lines.push_back(
        fmt::format("{}: {} to do, {} train and {} test images ({} in the feature cache), resize {} crop {}{}, "
                    "about {}, {:.1f} GB",
                    group.class_name, counted(std::ssize(left.cells) - left.done, "cell"), split.train.size(),
                    split.test.size(), cached, group.geometry.resize, group.geometry.crop, group.geometry.suffix(" "),
                    duration_text(seconds), peak / 1e9));
  }

  /// Adds what these fits and their scoring take to the row and the sums: seconds, and memory at its largest.
  std::pair<double, double> add_costs(const PlannedGroup& group, const ClassSplit& split,
                                      const std::vector<const PlannedCell*>& fits, const PassRates& rates,
                                      EstimateRow& row, int64_t cached = 0) {
    const RunSettings& settings = group.config->settings;
    const double train = static_cast<double>(split.train.size()), test = static_cast<double>(split.test.size());
    const double tiles = group.dataset->is_absent() ? 1 : tiles_an_image(split.train, group.geometry);
    const double image_bytes = bytes_of(rates.shapes);
    double seconds = 0;
    const std::string images =
        fmt::format("{}|{}|{}|{}", row.data_set, backbone_text(*group.config), group.geometry.text(), group.class_name);
    if (passed_.insert(images).second) {
      const double passes = tiles * (train + test) - static_cast<double>(cached);
      const double decode = group.dataset->is_absent() ? 0 : decode_seconds(split.train, group.geometry);
      seconds += passes * std::max(rates.image_seconds, decode);
      row.passes += static_cast<int64_t>(passes);
      row.disk_bytes += settings.cache == "off" ? 0 : passes * image_bytes;
      estimate_.parts["the backbone"].seconds += seconds;
    }
    double detector_bytes = 0;
    bool residual = false;
    for (const PlannedCell* cell : fits) {
      seconds += add_fit(*cell, rates, tiles * train, tiles * test, tiles, detector_bytes, row);
      if (cell->features != "raw" && !residual)
        seconds += (train + test) * residual_flops(rates.shapes, settings.shots) / (0.25 * rates.flops);
      residual |= cell->features != "raw";
      row.disk_bytes += test * static_cast<double>(settings.crop * settings.crop * 4);
    }
    const double maps = test * static_cast<double>(settings.crop * settings.crop) * (sizeof(float) + 1 + 12);
    const double peak =
        in_memory(tiles * (train + test) * image_bytes * (residual ? 2 : 1), settings) + detector_bytes + maps + 5e8;
    constexpr double cell_seconds = 0.03;  // metrics, files and tables of a cell, whatever its size
    seconds += cell_seconds * static_cast<double>(fits.size());
    estimate_.seconds += seconds;
    row.seconds += seconds;
    row.peak_bytes = std::max(row.peak_bytes, peak);
    if (peak > estimate_.peak_bytes) {
      estimate_.peak_bytes = peak;
      const bool alone = group.dataset == plan_.groups.front().dataset && group.dataset == plan_.groups.back().dataset;
      estimate_.peak_class = (alone ? "" : row.data_set + "/") + group.class_name;
    }
    return {seconds, peak};
  }

  /// Seconds of one fit with its scoring; raises `bytes` to what it needs. `train` and `test` count tiles.
  double add_fit(const PlannedCell& cell, const PassRates& rates, double train, double test, double tiles,
                 double& bytes, EstimateRow& row) {
    const DetectorEntry& entry = DetectorRegistry::instance().get(cell.detector, "detector");
    // a model of all classes is fitted once, with the features of all their training images in memory
    const double fitted = cell.together ? tiles * train_images_of(*cell.together) : train;
    const double shares = cell.together ? static_cast<double>(cell.together->classes().size()) : 1;
    const auto cost_with = [&](const RawParams& params) {
      return entry.cost(params, rates.shapes, static_cast<int64_t>(fitted), static_cast<int64_t>(test));
    };
    const FitCost cost = cost_with(cell.params());
    add_part(cell, entry, cost, shares * rates.flops, cost_with);
    const double joined = cell.together ? in_memory(fitted * bytes_of(rates.shapes), cell.config->settings) : 0;
    bytes = std::max(bytes, cost.bytes + joined);
    row.drawn += static_cast<int64_t>(cost.drawn_images / shares);
    const double drawn_seconds = cost.drawn_images / shares * rates.image_seconds;
    if (drawn_seconds > 0) estimate_.parts["the backbone on drawn images"].seconds += drawn_seconds;
    return cost.flops / shares / rates.flops + drawn_seconds;
  }

  /// Bytes of features that stay in memory; the others lie in files, whose largest size is noted.
  double in_memory(double features, const RunSettings& settings) {
    if (features <= static_cast<double>(features_memory(settings))) return features;
    estimate_.spill_bytes = std::max(estimate_.spill_bytes, features);
    return 0;
  }

  double train_images_of(const ClassesTogether& together) {
    const auto known = train_images_.find(&together);
    if (known != train_images_.end()) return known->second;
    double images = 0;
    for (const ClassGeometry& part : together.classes())
      images += static_cast<double>(together.dataset()->load(part.class_name).train.size());
    return train_images_[&together] = images;
  }

  /// Counts what fitting and scoring a cell takes, and what they would take with the parameter that makes them faster.
  void add_part(const PlannedCell& cell, const DetectorEntry& entry, const FitCost& cost, double rate,
                const std::function<FitCost(const RawParams&)>& cost_with) {
    const bool scoring = cost.score_flops > cost.flops / 2;
    Estimate::Part& part = estimate_.parts[fmt::format("{}'s {}", cell.detector, scoring ? "scoring" : "fitting")];
    const auto& [param, value] = entry.faster_with;
    FitCost faster = cost;
    if (!param.empty()) {
      RawParams params = cell.params();
      params[param] = {{value}, false, "--dry-run"};
      faster = cost_with(params);
      if (faster.flops < cost.flops) part.suggestion = fmt::format("{}.{}={}", cell.detector, param, value);
    }
    part.seconds += cost.flops / rate;
    part.faster_seconds += std::min(faster.flops, cost.flops) / rate;
  }

  Left left_of(const PlannedGroup& group, const ClassSplit& split) {
    Left left;
    try {
      left.cells = work_of(group, fingerprints(split), output_);
    } catch (const InputError& missing) {
      note_missing(missing.what());
      return left;
    }
    const ScoreCache scores(cache_options(group.config->settings));
    left.work = plan_work(left.cells, [&](const CellWork& work) { return scores.has(work.key); });
    for (const CellWork& cell : left.cells) left.done += cell.finished();
    estimate_.work.reused += left.done;
    estimate_.work.evaluated += std::ssize(left.work.evaluate);
    return left;
  }

  /// Nothing when the backbone cannot be loaded and is of no known size; that is noted as missing.
  const PassRates* rates_for(const PlannedGroup& group) {
    try {
      return &rates_.of(group);
    } catch (const InputError& missing) {
      note_missing(missing.what());
      return nullptr;
    }
  }

  void note_missing(const std::string& text) {
    if (std::find(estimate_.missing.begin(), estimate_.missing.end(), text) == estimate_.missing.end())
      estimate_.missing.push_back(text);
  }

  EstimateRow& row_of(const std::string& data_set, const std::string& backbone) {
    for (EstimateRow& row : estimate_.rows)
      if (row.data_set == data_set && row.backbone == backbone) return row;
    estimate_.rows.push_back({data_set, backbone});
    return estimate_.rows.back();
  }

  const Plan& plan_;
  std::filesystem::path output_;
  Estimate estimate_;
  KnownRates rates_;
  std::set<std::string> counted_;
  std::set<std::string> joint_;   ///< models of all classes that were counted
  std::set<std::string> passed_;  ///< classes whose images were counted, by backbone and geometry
  std::map<const ClassesTogether*, double> train_images_;
};

}  // namespace

Estimate estimate_run(const Plan& plan, const std::filesystem::path& output) {
  Estimate estimate = Estimator(plan, output).run();
  for (const EstimateRow& row : estimate.rows) estimate.disk_bytes += row.disk_bytes;
  Limits limits = limits_of(plan, output);
  estimate.exceeded = std::move(limits.exceeded);
  estimate.short_of = std::move(limits.warnings);
  return estimate;
}

}  // namespace adrep
