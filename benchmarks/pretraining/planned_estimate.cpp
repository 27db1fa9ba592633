#include "benchmarks/pretraining/planned_estimate.h"

#include <cmath>
#include <set>

#include "benchmarks/pretraining/pretrain_estimate.h"
#include "benchmarks/pretraining/pretrain_state.h"
#include "benchmarks/run/pass_rates.h"
#include "core/backbones/backbone.h"
#include "core/base/device.h"
#include "datasets/published_counts.h"

namespace adrep {
namespace {

using State = PlannedPretraining::State;

/// What a pretraining takes in all.
struct WholePretraining {
  int64_t passes = 0;
  double seconds = 0, reference_seconds = 0;
  double parameters = 0;
};

/// Bytes of projectors and states: a state has the weights and two moments of each.
double disk_of(const PretrainConfig& config, double parameters) {
  const double files = 1 + 3 * static_cast<double>(config.settings.keep) +
                       (config.selects() ? 2 + static_cast<double>(config.settings.epochs) : 0);
  return files * parameters * sizeof(float);
}

/// The settings without those that change no time.
std::string timed_settings(const PretrainConfig& config) {
  static const std::set<std::string> timeless = {"seed",      "rate",   "weight_decay", "milestones", "rate_factor",
                                                 "selection", "output", "label_pixels", "save_every", "keep"};
  std::string text;
  for (const auto& [key, value] : all_values(config))
    if (!timeless.contains(key) && !key.starts_with("angle.") && !key.starts_with("norm.") &&
        !key.starts_with("loss.") && !key.starts_with("validation."))
      text += key + "=" + to_text(value) + "\n";
  return text;
}

/// Normal and all images.
struct ImageCount {
  int64_t normal = 0, all = 0;
};

/// Of a data set that is there its images, of a published one what its authors count; 0 where nothing is known.
ImageCount images_to_train_on(const PretrainSettings& settings) {
  ImageCount count;
  const std::filesystem::path root = find_data(settings.data);
  if (std::filesystem::exists(root)) {
    const auto dataset = open_dataset(root, settings.layout);
    for (const std::string& name : chosen_classes(settings.classes, *dataset)) {
      const ClassSplit split = dataset->load(name);
      for (const auto* part : {&split.train, &split.test})
        for (const Sample& sample : *part) {
          count.normal += !sample.anomalous;
          count.all += !sample.anomalous || sample.mask;
        }
    }
    return count;
  }
  const PublishedDataset* published = published_dataset(settings.layout);
  if (!published) return count;
  if (settings.classes.empty())
    return {published->normal_images, published->normal_images + published->anomalous_images};
  for (const std::string& name : settings.classes) {
    const PublishedClass* one = published->find(name);
    if (!one || !one->counts) return {};
    count.normal += one->counts->train_normal + one->counts->test_normal;
    count.all += one->counts->train_normal + one->counts->test_normal + one->counts->test_anomalous;
  }
  return count;
}

double mean_of(const std::vector<int64_t>& numbers) {
  double sum = 0;
  for (const int64_t number : numbers) sum += static_cast<double>(number);
  return sum / static_cast<double>(numbers.size());
}

/// Products of one image in both views: backbone, matching with references, and projectors, whose gradients take twice
/// as much again.
double flops_an_image(const PretrainConfig& config, const PassSize& size) {
  const bool trained = config.settings.train_backbone;
  const double shots = mean_of(config.shots);
  double flops = 2 * size.flops * (trained ? 3 + shots / 2 : 1);
  for (size_t l = 0; l < size.shapes.size(); ++l) {
    const LevelShape& shape = size.shapes[l];
    double weights = 0;
    for (const WeightSpec& spec : projector_entry(config.step.projector).weights(config.step.projector, shape.channels))
      weights += static_cast<double>(c10::multiply_integers(spec.shape));
    const auto tokens = static_cast<double>(shape.positions());
    flops += 2 * 3 * 2 * tokens * weights;
    if (config.step.residual) flops += 2 * 2 * tokens * tokens * shots * static_cast<double>(shape.channels);
  }
  return flops;
}

class PretrainingEstimator {
 public:
  PretrainingRow row_of(const PlannedPretraining& one) {
    const PretrainConfig& config = one.planned->config;
    PretrainingRow row{one.planned->title, state_name(one.state)};
    if (one.state == State::done) return row;
    const std::optional<WholePretraining> whole = one.state == State::to_do ? measured(one) : by_size(config);
    row.counted = whole.has_value();
    if (!whole) return row;
    double left = 1;
    if (const auto place = latest_place(one.folder)) {
      const double epochs = static_cast<double>(config.settings.epochs),
                   passes = static_cast<double>(whole->passes) / epochs;
      left = 1 - (static_cast<double>(place->first) + static_cast<double>(place->second) / passes) / epochs;
    }
    row.passes = std::llround(left * static_cast<double>(whole->passes));
    row.seconds = left * (whole->seconds - whole->reference_seconds) + whole->reference_seconds;
    row.disk_bytes = disk_of(config, whole->parameters);
    return row;
  }

 private:
  static std::string state_name(State state) {
    return state == State::done ? "done" : state == State::to_do ? "to do" : "blocked";
  }

  WholePretraining measured(const PlannedPretraining& one) {
    PretrainConfig config = one.planned->config;
    config.settings.output = one.folder.string();
    const auto [known, first] = measured_.emplace(timed_settings(config), WholePretraining());
    if (!first) return known->second;
    const PretrainEstimate estimate = estimate_pretraining(config);
    return known->second = {estimate.passes, estimate.seconds, estimate.reference_seconds,
                            static_cast<double>(estimate.trained_parameters)};
  }

  std::optional<WholePretraining> by_size(const PretrainConfig& config) {
    const PretrainSettings& settings = config.settings;
    const BackboneEntry entry = find_backbone(settings.backbone);
    const ImageCount images = images_to_train_on(settings);
    if (!entry.pass || images.all == 0) return std::nullopt;
    const PassSize size = entry.pass(settings.crop);
    double& rate = rates_[settings.device];
    if (rate == 0) rate = matmul_rate(open_device(settings.device));
    WholePretraining whole;
    whole.passes = images.all / settings.batch * settings.epochs;
    if (!settings.train_backbone) whole.reference_seconds = static_cast<double>(images.normal) * size.flops / rate;
    whole.seconds = whole.reference_seconds +
                    static_cast<double>(whole.passes * settings.batch) * flops_an_image(config, size) / rate;
    std::vector<int64_t> channels;
    for (const LevelShape& shape : size.shapes) channels.push_back(shape.channels);
    for (const WeightSpec& spec : projector_weights(config.step.projector, channels))
      whole.parameters += static_cast<double>(c10::multiply_integers(spec.shape));
    // of a backbone that is trained, too: a transformer uses each weight once a token
    if (settings.train_backbone)
      whole.parameters += size.flops / 2 / static_cast<double>(size.shapes.front().positions());
    return whole;
  }

  std::map<std::string, WholePretraining> measured_;
  std::map<std::string, double> rates_;  ///< of matrix products, by device
};

}  // namespace

std::vector<PretrainingRow> estimate_pretrainings(const PlannedPretrainings& planned) {
  PretrainingEstimator estimator;
  std::vector<PretrainingRow> rows;
  for (const PlannedPretraining& one : planned.all()) rows.push_back(estimator.row_of(one));
  return rows;
}

}  // namespace adrep
