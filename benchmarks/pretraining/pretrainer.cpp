#include "benchmarks/pretraining/pretrainer.h"

#include "benchmarks/pretraining/pretrain_batch.h"
#include "benchmarks/pretraining/pretrain_identity.h"
#include "benchmarks/pretraining/pretrain_log.h"
#include "benchmarks/pretraining/pretrain_model.h"
#include "benchmarks/pretraining/pretrain_report.h"
#include "benchmarks/pretraining/pretrain_state.h"
#include "core/base/device.h"
#include "core/base/interrupt.h"
#include "core/base/log.h"
#include "core/base/progress.h"
#include "core/base/stopwatch.h"
#include "core/training/across_processes.h"
#include "core/training/first_process.h"
#include "core/training/schedule.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;

class Pretrainer {
 public:
  Pretrainer(const PretrainConfig& config, const ProcessGroup& group)
      : config_(config),
        group_(group),
        device_(open_device(config.settings.device)),
        output_(config.settings.output),
        data_(open_pretrain_data(config.settings)),
        validation_(config, data_),
        model_(config),
        cache_(data_, model_.backbone(), config.geometry(),
               static_cast<int64_t>(config.settings.cache * static_cast<double>(int64_t{1} << 30))),
        batches_(config, data_, model_.backbone(), cache_, group_),
        clock_(device_) {
    if (batches_.passes() < 1)
      throw_input("batch={}: there are only {} images", config.settings.batch, data_.images.size());
    if (config.settings.batch % group.size() != 0)
      throw_input("batch={}: {} processes share it, so it must be a multiple of {}", config.settings.batch,
                  group.size(), group.size());
    for (const std::string& note : group.first() ? data_.notes : std::vector<std::string>()) log_warning(note);
    identity_ =
        pretraining_identity(config, model_.backbone().info().weights_sha256, data_.classes, validation_.fingerprint());
    require_agreement(identity_, "other settings, weights or images");
  }

  PretrainOutcome run() {
    const Stopwatch watch;
    begin();
    if (group_.first()) log_.emplace(output_ / "log.jsonl", epoch_, pass_);
    const MultiStepSchedule schedule{config_.settings.rate, config_.milestones, config_.settings.rate_factor};
    while (epoch_ < config_.settings.epochs) {
      Progress progress(fmt::format("pretraining: epoch {} of {}", epoch_ + 1, config_.settings.epochs),
                        batches_.passes(), "passes");
      while (pass_ < batches_.passes()) {
        one_pass(schedule.at(epoch_));
        progress.update(pass_);
      }
      end_epoch();
    }
    in_first_process(group_, [this] {
      write_projector();
      write_pretrain_report(output_, config_, data_.classes, validation_);
    });
    outcome_.seconds = watch.seconds();
    return outcome_;
  }

 private:
  /// Processes that were started differently would compute nonsense together.
  void require_agreement(const std::string& text, const char* what) const {
    if (const std::optional<int> rank = group_.differing(text))
      throw_input("process {} was started with {} than process 0", *rank, what);
  }

  void begin() {
    const auto saved = latest_state(output_, identity_);
    require_agreement(saved ? fmt::format("{}/{}", saved->epoch, saved->pass) : "",
                      "another saved state in output= (all processes need the same folder)");
    model_.start(saved ? &saved->weights : nullptr, saved ? &saved->optimiser : nullptr, output_.string());
    if (!saved) {
      centers_ = batches_.centers();
      return;
    }
    epoch_ = saved->epoch;
    pass_ = saved->pass;
    for (const at::Tensor& center : saved->centers) centers_.push_back(center.to(device_));
    if (config_.selects()) validation_.load(saved->validation, output_.string());
    if (group_.first()) log_info(fmt::format("continuing at epoch {}, pass {}", epoch_ + 1, pass_ + 1));
  }

  /// Gradients of one batch; a step when enough have been added up, or the epoch ends.
  void one_pass(double rate) {
    if (gradients_ == 0 && group_.any(interrupted())) {
      save();
      throw Interrupted("interrupted: the state is kept, the same command continues from there");
    }
    clock_.restart();
    const std::optional<PretrainBatch> batch = batches_.make(epoch_, pass_, clock_);
    std::optional<PretrainLosses> losses;
    if (batch) losses = gradients_of(*batch);
    if (gradients_ == config_.settings.accumulate || (pass_ + 1 == batches_.passes() && gradients_ > 0)) step(rate);
    if (losses)
      record(*losses, rate);
    else
      skip();
    ++outcome_.passes;
    ++pass_;
    save_due_ |= pass_ % config_.settings.save_every == 0 || pass_ == batches_.passes();
    if (save_due_ && gradients_ == 0) save();
  }

  PretrainLosses gradients_of(const PretrainBatch& batch) {
    PretrainLosses losses = pretrain_losses(batch, model_.projector(), centers_, config_.step, group_, &clock_);
    (losses.total / config_.settings.accumulate).backward();
    clock_.lap("backward");
    ++gradients_;
    return losses;
  }

  void step(double rate) {
    sum_gradients(model_.weights(), group_);
    model_.adam().step(rate);
    model_.adam().clear_gradients();
    gradients_ = 0;
    if (config_.settings.train_backbone) cache_.forget();
    clock_.lap("step");
  }

  void record(const PretrainLosses& losses, double rate) {
    const std::map<std::string, double> seconds = clock_.take_seconds();
    for (const auto& [stage, spent] : seconds) outcome_.stage_seconds[stage] += spent;
    outcome_.images += config_.settings.batch;
    if (log_) log_->add(epoch_, pass_, rate, losses, seconds);
    const double loss = losses.total.item<double>();
    if (outcome_.passes == outcome_.skipped) outcome_.first_loss = loss;
    outcome_.last_loss = loss;
    for (const LevelLoss& level : losses.levels) outcome_.angle_left_out += level.angle_left_out;
  }

  void skip() {
    clock_.take_seconds();
    ++outcome_.skipped;
    if (log_) log_->add_skipped(epoch_, pass_);
  }

  /// Evaluates the epoch where that is asked for. Its last state is saved before, so that nothing is lost when the
  /// evaluation fails or is stopped, and once more with the scores.
  void end_epoch() {
    if (config_.selects()) in_first_process(group_, [this] { validate(); });
    ++epoch_;
    pass_ = 0;
    if (config_.selects()) save();
  }

  void validate() {
    const fs::path candidate = output_ / "validation" / fmt::format("epoch-{:06}.safetensors", epoch_ + 1);
    model_.write(candidate, described("last"));
    validation_.evaluate(epoch_ + 1, candidate);
    set_threads(group_.threads(config_.settings.threads));  // the evaluation had all while the others waited
    for (const SelectingDetector& selecting : selecting_detectors) keep_if_best(selecting);
  }

  void keep_if_best(const SelectingDetector& selecting) const {
    const EpochScore* best = validation_.best(selecting.detector);
    if (!best || best->epoch != epoch_ + 1) return;
    ProjectorCheckpoint checkpoint = described(config_.settings.selection);
    checkpoint.scores = best->scores;
    model_.write(output_ / selecting.file, checkpoint);
  }

  ProjectorCheckpoint described(const std::string& selection) const {
    ProjectorCheckpoint checkpoint;
    checkpoint.selection = selection;
    checkpoint.classes = data_.classes;
    return checkpoint;
  }

  /// Throws Error for a training that has diverged; every process has the same weights. What was saved before stays.
  void require_finite_weights() const {
    for (const auto& [name, tensor] : model_.weights())
      if (!at::isfinite(tensor).all().item<bool>())
        throw_failure("epoch {}, pass {}: {} holds NaN or infinite numbers: the training diverged: lower rate= ({})",
                      epoch_ + 1, pass_, name, config_.settings.rate);
  }

  void save() {
    save_due_ = false;
    require_finite_weights();
    if (!group_.first()) return;
    // an epoch that is still to be evaluated is not over
    const bool epoch_done = pass_ == batches_.passes() && !config_.selects();
    save_state(output_,
               {epoch_done ? epoch_ + 1 : epoch_, epoch_done ? 0 : pass_, model_.weights(), model_.adam().state(),
                centers_, identity_, validation_.state()},
               config_.settings.keep);
  }

  void write_projector() {
    outcome_.projector = output_ / "projector.safetensors";
    model_.write(outcome_.projector, described("last"));
    for (const SelectingDetector& selecting : selecting_detectors)
      if (const EpochScore* best = validation_.best(selecting.detector)) outcome_.best.push_back(*best);
  }

  const PretrainConfig& config_;
  const ProcessGroup& group_;
  at::Device device_;
  fs::path output_;
  PretrainData data_;
  PretrainValidation validation_;
  PretrainModel model_;
  ReferenceCache cache_;
  BatchMaker batches_;
  StageClock clock_;
  std::string identity_;
  std::optional<PretrainLog> log_;  ///< of the first process
  std::vector<at::Tensor> centers_;
  int64_t epoch_ = 0, pass_ = 0, gradients_ = 0;
  bool save_due_ = false;
  PretrainOutcome outcome_;
};

}  // namespace

PretrainOutcome pretrain(const PretrainConfig& config, const ProcessGroup& group) {
  set_threads(group.threads(config.settings.threads));
  PretrainConfig own = config;
  own.settings.device = group.device(config.settings.device);
  return Pretrainer(own, group).run();
}

}  // namespace adrep
