#include "benchmarks/run/cell_fit.h"

#include "benchmarks/plan/memory_shares.h"
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
#include "core/base/stage_times.h"
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
    json line = {{"epoch", report.epoch + 1},
                 {"loss", report.loss},
                 {"first_loss", report.first_loss},
                 {"last_loss", report.last_loss}};
    line.update(watched);
    std::string text = fmt::format("loss {:.4g}", report.loss);
    if (report.quality) {
      line["quality"] = *report.quality;
      text += fmt::format(", quality {:.4f}", *report.quality);
    }
    files_.add(std::move(line));
    log_detail(fmt::format("{}: epoch {} of {}: {}", title_, report.epoch + 1, report.epochs, text));
    if (shown_) shown_->rename(fmt::format("{}: {}, {}", title_, stage_, text));
  }

  json watched = json::object();  ///< what an OracleWatch says of the epoch that is about to be reported

 private:
  std::string title_, stage_;
  TrainingFiles& files_;
  std::unique_ptr<Progress> shown_;
};

/// selection=validation: fitted on what is not held out.
FittedCell fit_with_validation(const FitRequest& request, const CellData& data) {
  const RunSettings& settings = request.planned.config->settings;
  const auto seed = static_cast<uint64_t>(settings.seed);
  std::set<std::string> references;
  if (request.planned.features != "raw")
    references.insert(data.features.references()->files().begin(), data.features.references()->files().end());
  const HeldOut split = hold_out(data.features.train(), references, settings.selection_fraction, seed,
                                 request.planned.class_name, !settings.split_group.empty());
  const ChosenFeatures training(data.levels.train, split.training);
  const ChosenImages training_images(data.images, split.training);
  const DrawnValidation validation(data.levels.train.select(split.validation), data.images, split.validation, seed,
                                   images_a_pass(settings));
  return fit_detector({request.planned, request.hash, request.output, training, &training_images, request.memory_bytes,
                       [&](const Detector& detector) { return validation.quality(detector); }});
}

}  // namespace

std::string oracle_way(const CellKey& key) {
  constexpr size_t digits = 16;
  return key.score_hash().substr(0, digits);
}

std::shared_ptr<const Detector> FittedCell::detector_for(const PlannedCell& cell, const CellKey& key) const {
  if (cell.selection() == "oracle") {
    const auto state = best.find(oracle_way(key));
    ADREP_ASSERT(state != best.end(), "the training of {} was not watched for this cell", cell.title());
    std::shared_ptr<Detector> chosen = DetectorRegistry::instance().get(cell.detector, "detector").make(cell.params());
    chosen->load(state->second);
    return chosen;
  }
  if (std::shared_ptr<const Detector> other = with_parameters_of(cell, *detector, planned)) return other;
  return detector;
}

FittedCell FittedCell::from_kept(const PlannedCell& planned, const Artefact& kept) {
  const json record = kept.record.is_object() ? kept.record : json::object();
  return {planned, kept.fitted, std::nullopt, record.value("epochs", json::array()),
          record.value("notes", std::vector<std::string>())};
}

json FittedCell::training_of(const PlannedCell& cell, const CellKey& key) const {
  if (epochs.empty()) return nullptr;
  const json lines =
      cell.selection() == "oracle" ? oracle_lines(epochs, oracle_way(key), cell.config->settings.protocol) : epochs;
  const bool measured = lines.back().contains("quality");
  const auto worse = [](const json& a, const json& b) { return a.at("quality") < b.at("quality"); };
  const json& kept = measured ? *std::max_element(lines.begin(), lines.end(), worse) : lines.back();
  json record = {{"epochs", lines.size()}, {"kept", kept.at("epoch")}, {"loss", kept.at("loss")}};
  if (measured) record["quality"] = kept.at("quality");
  return record;
}

namespace {

/// The checkpoint to continue from, if it holds all that is asked for.
const TensorMap* usable_checkpoint(TrainingFiles& files, const FitRequest& request) {
  const TensorMap* state = files.resume();
  if (!state || !request.watch || request.watch->resume(*state, files.epochs())) return state;
  log_info(request.planned.title() +
           ": selection=oracle looks at every epoch, which the interrupted training did not: "
           "it starts anew");
  files.forget();
  return nullptr;
}

}  // namespace

std::string untrained_note(const json& epochs) {
  if (epochs.empty() || !epochs.front().contains("first_loss") || !epochs.back().contains("last_loss")) return "";
  const double first = epochs.front().at("first_loss"), last = epochs.back().at("last_loss");
  if (last < first) return "";
  return fmt::format("the loss has not fallen: {:.4g} in the first steps, {:.4g} in the last: train longer", first,
                     last);
}

FittedCell fit_detector(const FitRequest& request) {
  const RunSettings& settings = request.planned.config->settings;
  const DetectorEntry& entry = DetectorRegistry::instance().get(request.planned.detector, "detector");
  TrainingFiles files(request.output, request.hash, settings.checkpoint_seconds);
  ShownFit observer(request.planned.title(), files);
  FitContext context{.observer = observer,
                     .seed = derive_seed(static_cast<uint64_t>(settings.seed), request.planned.detector),
                     .device = open_device(settings.device),
                     .memory_bytes = request.memory_bytes,
                     .quality = request.quality,
                     .images = request.images,
                     .features = request.planned.features};
  if (entry.is_trained) {
    context.resume = usable_checkpoint(files, request);
    context.checkpoint = [&](const TensorMap& state) {
      TensorMap all = state;
      if (request.watch) request.watch->save(all);
      files.save(all);
    };
    context.checkpoint_due = [&] { return files.due(); };
  }
  if (request.watch)
    context.inspect = [&](const Detector& detector) { observer.watched = request.watch->look(detector); };
  const Stopwatch watch;
  std::shared_ptr<Detector> detector = entry.make(request.planned.params());
  {
    const StageTime fitting("fit");
    detector->fit(request.normals, context);
  }
  FittedCell fitted{request.planned, detector, watch.seconds(), files.epochs(), detector->notes()};
  if (std::string note = untrained_note(fitted.epochs); !note.empty()) {
    log_warning(fmt::format("{}: {}", request.planned.title(), note));
    fitted.notes.push_back(std::move(note));
  }
  return fitted;
}

FittedCell fit_cell(const PlannedCell& planned, const std::string& hash, const std::filesystem::path& output,
                    const CellData& data, std::vector<OracleWay> ways) {
  const MemoryFeatures normals(data.levels.train);
  FitRequest request{planned, hash,         output,
                     normals, &data.images, working_memory(planned.config->settings, data.features.bytes_held())};
  if (planned.selection() == "validation") return fit_with_validation(request, data);
  if (ways.empty()) return fit_detector(request);
  OracleWatch watch(ways, planned, data.levels.test, data.truth, data.features.test());
  request.watch = &watch;
  FittedCell fitted = fit_detector(request);
  for (const OracleWay& way : ways) {
    fitted.best[way.name] = watch.best(way.name);
    fitted.best_image_scores[way.name] = watch.best_image_scores(way.name);
  }
  return fitted;
}

}  // namespace adrep
