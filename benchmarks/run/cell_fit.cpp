#include "benchmarks/run/cell_fit.h"

#include "benchmarks/plan/pass_size.h"
#include "benchmarks/run/image_scoring.h"
#include "benchmarks/run/model_selection.h"
#include "benchmarks/run/training_files.h"
#include "benchmarks/run/training_images.h"
#include "core/base/device.h"
#include "core/base/interrupt.h"
#include "core/base/log.h"
#include "core/base/progress.h"
#include "core/base/random.h"
#include "core/base/stopwatch.h"

namespace adrep {
namespace {

using nlohmann::json;

/// Shows a detector's progress and passes on the user's wish to stop; writes an epoch's line.
class ShownFit final : public FitObserver {
 public:
  ShownFit(std::string title, TrainingFiles& files) : title_(std::move(title)), files_(files) {}

  void progress(const std::string& stage, int64_t done, int64_t total) override {
    stop_if_interrupted();
    if (stage != stage_) shown_ = std::make_unique<Progress>(title_ + ": " + stage, total, "steps");
    stage_ = stage;
    shown_->update(done);
  }

  void epoch(const EpochReport& report) override {
    json line = {{"epoch", report.epoch + 1}, {"loss", report.loss}};
    line.update(measured);
    files_.add(line);
    std::string text = fmt::format("loss {:.4g}", report.loss);
    if (report.quality) text += fmt::format(", quality {:.4f}", *report.quality);
    log_detail(fmt::format("{}: epoch {} of {}: {}", title_, report.epoch + 1, report.epochs, text));
    if (shown_) shown_->rename(fmt::format("{}: {}, {}", title_, stage_, text));
  }

  json measured = json::object();  ///< of the epoch that is about to be reported

 private:
  std::string title_, stage_;
  TrainingFiles& files_;
  std::unique_ptr<Progress> shown_;
};

/// The metrics that are defined, by name.
json values_of(const std::vector<std::pair<std::string, Metric>>& metrics) {
  json values = json::object();
  for (const auto& [name, metric] : metrics)
    if (metric.defined()) values[name] = metric.value;
  return values;
}

/// selection=validation: fitted on what is not held out.
FittedCell fit_with_validation(const FitRequest& request, const CellData& data) {
  const RunSettings& settings = request.planned.config->settings;
  const auto seed = static_cast<uint64_t>(settings.seed);
  std::set<std::string> references;
  if (request.planned.features != "raw")
    references.insert(data.features.references()->files().begin(), data.features.references()->files().end());
  const HeldOut split =
      hold_out(data.features.train(), references, settings.selection_fraction, seed, request.planned.class_name);
  const MemoryFeatures training(data.levels.train.select(split.training));
  const ChosenImages training_images(data.images, split.training);
  const DrawnValidation validation(data.levels.train.select(split.validation), data.images, split.validation, seed,
                                   images_a_pass(settings));
  const auto measure = [&](const Detector& detector) { return json{{"quality", validation.quality(detector)}}; };
  return fit_detector({request.planned, request.hash, request.output, training, &training_images, measure});
}

}  // namespace

json FittedCell::training() const {
  if (epochs.empty()) return nullptr;
  const bool measured = epochs.back().contains("quality");
  const auto worse = [](const json& a, const json& b) { return a.at("quality") < b.at("quality"); };
  const json& kept = measured ? *std::max_element(epochs.begin(), epochs.end(), worse) : epochs.back();
  json record = {{"epochs", epochs.size()}, {"kept", kept.at("epoch")}, {"loss", kept.at("loss")}};
  if (measured) record["quality"] = kept.at("quality");
  return record;
}

FittedCell fit_detector(const FitRequest& request) {
  const RunSettings& settings = request.planned.config->settings;
  const DetectorEntry& entry = DetectorRegistry::instance().get(request.planned.detector, "detector");
  TrainingFiles files(request.output, request.hash, settings.checkpoint_seconds);
  ShownFit observer(request.planned.title(), files);
  FitContext context{.observer = observer,
                     .seed = derive_seed(static_cast<uint64_t>(settings.seed), request.planned.detector),
                     .device = open_device(settings.device),
                     .memory_bytes = static_cast<int64_t>(settings.memory * (int64_t{1} << 30)),
                     .images = request.images,
                     .features = request.planned.features};
  if (entry.is_trained) {
    context.resume = files.resume();
    context.checkpoint = [&](const TensorMap& state) { files.save(state); };
    context.checkpoint_due = [&] { return files.due(); };
  }
  if (request.measure)
    context.quality = [&](const Detector& detector) {
      observer.measured = request.measure(detector);
      return observer.measured.at("quality").get<double>();
    };
  const Stopwatch watch;
  FittedCell fitted{entry.make(request.planned.params()), 0, json::array()};
  fitted.detector->fit(request.normals, context);
  fitted.seconds = watch.seconds();
  fitted.epochs = files.epochs();
  return fitted;
}

FittedCell fit_cell(const PlannedCell& planned, const std::string& hash, const std::filesystem::path& output,
                    const CellData& data) {
  const std::string selection = planned.selection();
  const MemoryFeatures normals(data.levels.train);
  FitRequest request{planned, hash, output, normals, &data.images};
  if (selection == "validation") return fit_with_validation(request, data);
  if (selection == "oracle")
    request.measure = [&](const Detector& detector) {
      const Scores scores = score_test_images(detector, data.levels.test, planned, "");
      const auto metrics = evaluate(scores.maps, scores.image_scores, data.truth, data.features.test(),
                                    planned.config->settings.protocol);
      return json{{"quality", quality_of(metrics)}, {"metrics", values_of(metrics)}};
    };
  return fit_detector(request);
}

}  // namespace adrep
