#include "benchmarks/pretraining/pretrain_estimate.h"

#include "benchmarks/pretraining/pretrain_batch.h"
#include "benchmarks/pretraining/pretrain_model.h"
#include "benchmarks/pretraining/pretrain_report.h"
#include "core/base/device.h"
#include "core/base/log.h"
#include "core/base/progress.h"

namespace adrep {
namespace {

/// An epoch that no training reaches, so that the estimate draws nothing that training draws.
constexpr int64_t estimate_epoch = 1'000'000;

/// Seconds of each stage of a pass, and of the features of a reference.
struct TimedPass {
  std::map<std::string, double> seconds;
  double reference_seconds = 0;
};

/// Makes passes until one has an anomaly; the first ones also warm up what is set up once.
TimedPass timed_pass(const PretrainConfig& config, const PretrainData& data, PretrainModel& model) {
  ReferenceCache cache(data, model.backbone(), config.geometry(), int64_t{1} << 30);
  const ProcessGroup alone;
  BatchMaker batches(config, data, model.backbone(), cache, alone);
  StageClock clock(open_device(config.settings.device));
  const std::vector<size_t> normals = data.normal_images();
  const std::vector<size_t> references(normals.begin(), normals.begin() + std::min<int64_t>(8, std::ssize(normals)));
  cache.rows({{normals.front()}});
  cache.forget();
  clock.restart();
  cache.rows({references});
  clock.lap("references");
  TimedPass timed;
  timed.reference_seconds = clock.take_seconds().at("references") / static_cast<double>(references.size());
  std::vector<at::Tensor> centers;
  for (const int64_t channels : model.channels())
    centers.push_back(at::zeros({channels}, at::TensorOptions(open_device(config.settings.device))));
  for (int64_t pass = 0; pass < batches.passes() && timed.seconds.empty(); ++pass) {
    clock.take_seconds();
    clock.restart();
    const std::optional<PretrainBatch> batch = batches.make(estimate_epoch, pass, clock);
    if (!batch) continue;
    pretrain_losses(*batch, model.projector(), centers, config.step, alone, &clock).total.backward();
    clock.lap("backward");
    model.adam().step(config.settings.rate);
    clock.lap("step");
    timed.seconds = clock.take_seconds();
  }
  return timed;
}

}  // namespace

PretrainEstimate estimate_pretraining(const PretrainConfig& config) {
  set_threads(config.settings.threads);
  const PretrainSettings& s = config.settings;
  const PretrainData data = open_pretrain_data(s);
  for (const std::string& note : data.notes) log_warning(note);
  PretrainModel model(config);
  model.start(nullptr, nullptr, "");
  PretrainEstimate estimate;
  estimate.classes = std::ssize(data.classes);
  estimate.groups = std::ssize(data.normals);
  estimate.images = std::ssize(data.images);
  estimate.normal_images = std::ssize(data.normal_images());
  const int64_t passes = estimate.images / s.batch;
  if (passes < 1) throw_input("batch={}: there are only {} images", s.batch, estimate.images);
  estimate.passes = passes * s.epochs;
  estimate.steps = (passes + s.accumulate - 1) / s.accumulate * s.epochs;
  estimate.trained_parameters = model.trained_parameters();
  estimate.backbone_flops = model.backbone().flops(s.crop, s.crop);
  estimate.state_bytes = 4.0 * sizeof(float) * static_cast<double>(estimate.trained_parameters);

  PretrainConfig small = config;
  small.settings.batch = std::min<int64_t>(s.batch, 4);
  const TimedPass timed = timed_pass(small, data, model);
  for (const auto& [stage, seconds] : timed.seconds) {
    // a step costs the same for any batch; references of a frozen backbone are counted once for all epochs
    if (stage == "references" && !s.train_backbone) continue;
    const int64_t images = stage == "step" ? s.batch * s.accumulate : small.settings.batch;
    estimate.stage_seconds[stage] = seconds / static_cast<double>(images);
    estimate.seconds += estimate.stage_seconds[stage] * static_cast<double>(estimate.passes * s.batch);
  }
  estimate.reference_seconds = timed.reference_seconds * static_cast<double>(estimate.normal_images);
  estimate.seconds += estimate.reference_seconds;
  return estimate;
}

std::string to_text(const PretrainEstimate& e) {
  return fmt::format(
      "{} images ({} normal) of {} classes, references from {} groups of class and view\n"
      "{} passes, {} steps\n"
      "{:.2f} M trained parameters: {:.2f} GB with gradients and moments; backbone {:.2f} GFLOP a view\n"
      "time an image, two views (a pass of a few images, an estimate): {}\n"
      "features of all references, once: about {}\n"
      "all epochs: about {}, without validation\n",
      e.images, e.normal_images, e.classes, e.groups, e.passes, e.steps,
      static_cast<double>(e.trained_parameters) / 1e6, e.state_bytes / 1e9, e.backbone_flops / 1e9,
      stage_times_text(e.stage_seconds, 1), duration_text(e.reference_seconds), duration_text(e.seconds));
}

}  // namespace adrep
