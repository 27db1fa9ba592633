#include "benchmarks/run/estimate.h"

#include <ATen/Parallel.h>
#include <sys/sysinfo.h>

#include <set>

#include "benchmarks/plan/cell_keys.h"
#include "benchmarks/plan/feature_keys.h"
#include "benchmarks/plan/pass_size.h"
#include "benchmarks/run/cell_work.h"
#include "benchmarks/run/sample_geometry.h"
#include "core/backbones/backbone.h"
#include "core/base/content_hashes.h"
#include "core/base/device.h"
#include "core/base/plural.h"
#include "core/base/progress.h"
#include "core/base/stopwatch.h"
#include "core/image/decode.h"
#include "datasets/fingerprint.h"

namespace adrep {
namespace {

/// Seconds of one call, the best of a few.
template <class F>
double best_seconds(F&& call) {
  double best = 1e9;
  for (int i = 0; i < 3; ++i) {
    const Stopwatch watch;
    call();
    best = std::min(best, watch.seconds());
  }
  return best;
}

/// Matrix products of this machine: floating-point operations a second.
double matmul_rate(const at::Device& device) {
  const int64_t n = 1024;
  const at::Tensor a = at::ones({n, n}, at::TensorOptions(device));
  return 2.0 * n * n * n / best_seconds([&] { at::mm(a, a)[0][0].item<float>(); });
}

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

/// Rates measured once for a whole plan.
struct Rates {
  double flops = 1;          ///< matrix products, operations a second
  double image_seconds = 0;  ///< one image through the backbone
  std::vector<LevelShape> shapes;
};

class Estimator {
 public:
  Estimator(const Plan& plan, const std::filesystem::path& output) : plan_(plan), output_(output) {}

  Estimate run() {
    for (const PlannedGroup& group : plan_.groups) add(group);
    return estimate_;
  }

 private:
  void add(const PlannedGroup& group) {
    const RunSettings& settings = group.config->settings;
    set_threads(settings.threads);
    const ClassSplit split = group.dataset->load(group.class_name);
    estimate_.cells += static_cast<int64_t>(group.cells.size());
    const Left left = left_of(group, split);
    if (counted_.insert(group.dataset->root().string() + "|" + group.class_name).second)
      estimate_.images += static_cast<int64_t>(split.train.size() + split.test.size());
    if (left.cells.empty()) return;
    if (left.work.fit.empty()) {
      const size_t count = left.work.evaluate.size();
      estimate_.lines.push_back(count == 0
                                    ? fmt::format("{}: {} cells, all finished", group.class_name, group.cells.size())
                                    : fmt::format("{}: {} to evaluate from kept score maps", group.class_name,
                                                  counted(static_cast<int64_t>(count), "cell")));
      return;
    }
    const Rates* rates = rates_for(group);
    if (!rates) return;
    const double train = static_cast<double>(split.train.size()), test = static_cast<double>(split.test.size());
    const int64_t cached = cached_images(group, split);
    const double tiles = tiles_an_image(split.train, group.geometry);
    double seconds = (tiles * (train + test) - static_cast<double>(cached)) *
                     std::max(rates->image_seconds, decode_seconds(split.train, group.geometry));
    estimate_.parts["the backbone"].seconds += seconds;
    double detector_bytes = 0;
    bool residual = false;
    for (const FitJob& job : left.work.fit) {
      const PlannedCell& cell = *left.cells[job.scores.front().cells.front()].planned;
      const DetectorEntry& entry = DetectorRegistry::instance().get(cell.detector, "detector");
      // a model of all classes is fitted once, with the features of all their training images in memory
      const int64_t fitted = cell.together ? cell.together->train_images() : static_cast<int64_t>(train);
      const double shares = cell.together ? static_cast<double>(cell.together->classes().size()) : 1;
      const auto rows = [&](double images) { return static_cast<int64_t>(tiles * images); };
      const FitCost cost = entry.cost(cell.params(), rates->shapes, rows(static_cast<double>(fitted)), rows(test));
      seconds += cost.flops / shares / rates->flops;
      add_part(cell, entry, cost, shares * rates->flops, [&](const RawParams& params) {
        return entry.cost(params, rates->shapes, rows(static_cast<double>(fitted)), rows(test));
      });
      const double joined = cell.together ? static_cast<double>(fitted) * bytes_of(rates->shapes) : 0;
      detector_bytes = std::max(detector_bytes, cost.bytes + joined);
      if (cell.features != "raw" && !residual)
        seconds += (train + test) * residual_flops(rates->shapes, settings.shots) / (0.25 * rates->flops);
      residual |= cell.features != "raw";
    }
    const double maps = test * static_cast<double>(settings.crop * settings.crop) * (sizeof(float) + 1 + 12);
    const double peak =
        tiles * (train + test) * bytes_of(rates->shapes) * (residual ? 2 : 1) + detector_bytes + maps + 5e8;
    estimate_.seconds += seconds;
    if (peak > estimate_.peak_bytes) {
      estimate_.peak_bytes = peak;
      estimate_.peak_class = group.class_name;
    }
    const auto finished = static_cast<size_t>(
        std::count_if(left.cells.begin(), left.cells.end(), [](const CellWork& cell) { return cell.finished(); }));
    estimate_.lines.push_back(fmt::format(
        "{}: {} cells to do, {} train and {} test images ({} in the feature cache), resize {} crop {}{}, "
        "about {}, {:.1f} GB",
        group.class_name, left.cells.size() - finished, split.train.size(), split.test.size(), cached,
        group.geometry.resize, group.geometry.crop, group.geometry.suffix(" "), duration_text(seconds), peak / 1e9));
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

  /// What is left to do of a group, and adds it to the counts; everything when its files are not all there.
  struct Left {
    std::vector<CellWork> cells;
    WorkPlan work;
  };
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
    WorkCount& count = estimate_.work;
    for (const CellWork& cell : left.cells) count.reused += cell.finished();
    count.evaluated += std::ssize(left.work.evaluate);
    for (const FitJob& job : left.work.fit) {
      const CellWork& first = left.cells[job.scores.front().cells.front()];
      count.fitted += !first.planned->together || joint_.insert(first.key.fit_hash()).second;
      for (const ScoreJob& scoring : job.scores) {
        ++count.scored;
        count.evaluated += std::ssize(scoring.cells);
      }
    }
    return left;
  }

  /// How many of the class's images need no backbone; their hashes are known from the data fingerprint.
  static int64_t cached_images(const PlannedGroup& group, const ClassSplit& split) {
    FeatureCache cache(cache_options(group.config->settings));
    FeatureSpace* space = cache.space(feature_key(group.config->settings, group.geometry, split.reading()));
    if (!space) return 0;
    std::vector<std::string> hashes;
    for (const auto* part : {&split.train, &split.test})
      for (const Sample& sample : *part) hashes.push_back(ContentHashes::instance().sha256_of(sample.image()));
    return space->count(hashes);
  }

  /// Nothing when the backbone cannot be loaded; that is noted as missing.
  const Rates* rates_for(const PlannedGroup& group) {
    const RunSettings& settings = group.config->settings;
    const std::string name = fmt::format("{}|{}", backbone_text(*group.config), settings.crop);
    if (const auto known = rates_.find(name); known != rates_.end()) return &known->second;
    try {
      const at::Device device = open_device(settings.device);
      const auto backbone = load_backbone(settings.backbone, settings.weights, device, settings.precision, settings);
      const at::Tensor images =
          at::zeros({images_a_pass(settings), 3, settings.crop, settings.crop}, at::TensorOptions(device));
      Rates rates{matmul_rate(device), 0, backbone->shapes(settings.crop, settings.crop)};
      rates.image_seconds = best_seconds([&] { backbone->forward(images).maps.back().sum().item<float>(); }) /
                            static_cast<double>(images.size(0));
      return &(rates_[name] = rates);
    } catch (const InputError& missing) {
      note_missing(missing.what());
      return nullptr;
    }
  }

  void note_missing(const std::string& text) {
    if (std::find(estimate_.missing.begin(), estimate_.missing.end(), text) == estimate_.missing.end())
      estimate_.missing.push_back(text);
  }

  const Plan& plan_;
  std::filesystem::path output_;
  Estimate estimate_;
  std::map<std::string, Rates> rates_;
  std::set<std::string> counted_;
  std::set<std::string> joint_;  ///< fit keys of models of all classes that were counted
};

}  // namespace

Estimate estimate_run(const Plan& plan, const std::filesystem::path& output) {
  return Estimator(plan, output).run();
}

namespace {

/// A line on what takes more than half of a time that people wait for, or "".
std::string largest_part(const Estimate& estimate) {
  constexpr double worth_saying = 10;
  for (const auto& [name, part] : estimate.parts) {
    if (estimate.seconds < worth_saying || part.seconds < estimate.seconds / 2) continue;
    std::string text = fmt::format("mostly   {}: {:.0f} %", name, 100 * part.seconds / estimate.seconds);
    if (!part.suggestion.empty())
      text += fmt::format("; with {} about {} instead of {}", part.suggestion, duration_text(part.faster_seconds),
                          duration_text(part.seconds));
    return text + "\n";
  }
  return "";
}

}  // namespace

std::string to_text(const Estimate& estimate) {
  std::string text =
      fmt::format("cells    {}: {}\nimages   {}\n", estimate.cells, estimate.work.text(), estimate.images);
  for (const std::string& line : estimate.lines) text += "  " + line + "\n";
  text += fmt::format("time     about {} (estimated from a short measurement on this machine)\n",
                      duration_text(estimate.seconds));
  text += largest_part(estimate);
  struct sysinfo machine {};
  sysinfo(&machine);
  if (estimate.peak_bytes > 0)
    text += fmt::format("memory   about {:.1f} GB for {}; this machine has {:.1f} GB\n", estimate.peak_bytes / 1e9,
                        estimate.peak_class, static_cast<double>(machine.totalram) * machine.mem_unit / 1e9);
  if (estimate.missing.empty()) text += "missing  nothing\n";
  for (const std::string& line : estimate.missing) text += "missing  " + line + "\n";
  return text;
}

}  // namespace adrep
