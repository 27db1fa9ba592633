#include "benchmarks/pretraining/pretrainer.h"

#include <chrono>
#include <nlohmann/json.hpp>

#include "benchmarks/pretraining/pretrain_batch.h"
#include "benchmarks/pretraining/pretrain_log.h"
#include "benchmarks/pretraining/pretrain_state.h"
#include "core/base/device.h"
#include "core/base/hash.h"
#include "core/base/interrupt.h"
#include "core/base/log.h"
#include "core/base/progress.h"
#include "core/training/across_processes.h"
#include "core/training/schedule.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;

class Pretrainer {
 public:
  Pretrainer(const PretrainConfig& config, const ProcessGroup& group)
      : config_(config),
        group_(group),
        device_(open_device(group.device(config.settings.device))),
        output_(config.settings.output),
        data_(open_pretrain_data(config.settings)),
        backbone_(load_backbone(config.settings.backbone, config.settings.weights, device_)),
        cache_(data_, *backbone_, config.geometry(),
               static_cast<int64_t>(config.settings.cache * static_cast<double>(int64_t{1} << 30))),
        batches_(config, data_, *backbone_, cache_, group_) {
    if (batches_.passes() < 1)
      throw_input("batch={}: there are only {} images", config.settings.batch, data_.images.size());
    if (config.settings.batch % group.size() != 0)
      throw_input("batch={}: {} processes share it, so it must be a multiple of {}", config.settings.batch,
                  group.size(), group.size());
    for (const LevelShape& shape : backbone_->shapes(config.settings.crop, config.settings.crop))
      channels_.push_back(shape.channels);
    std::string text = result_hash(config) + backbone_->info().weights_sha256;
    for (const PretrainedClass& seen : data_.classes) text += seen.layout + "/" + seen.name + seen.fingerprint;
    identity_ = sha256_of(text);
    require_agreement(identity_, "other settings, weights or images");
  }

  PretrainOutcome run() {
    const auto start = std::chrono::steady_clock::now();
    begin();
    if (group_.first()) log_.emplace(output_ / "log.jsonl", epoch_, pass_);
    const MultiStepSchedule schedule{config_.settings.rate, config_.milestones, config_.settings.rate_factor};
    for (; epoch_ < config_.settings.epochs; ++epoch_, pass_ = 0) {
      Progress progress(fmt::format("pretraining: epoch {} of {}", epoch_ + 1, config_.settings.epochs),
                        batches_.passes(), "passes");
      while (pass_ < batches_.passes()) {
        one_pass(schedule.at(epoch_));
        progress.update(pass_);
      }
    }
    if (group_.first()) write_projector();
    static_cast<void>(group_.any(false));  // nobody leaves before the projector is there
    outcome_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
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
    TensorMap weights =
        saved ? saved->weights
              : initial_projector(config_.step.projector, channels_, static_cast<uint64_t>(config_.settings.seed));
    check_projector_weights(weights, config_.step.projector, channels_, output_.string());
    for (auto& [key, weight] : weights)
      weight = weight.to(at::TensorOptions(device_).dtype(at::kFloat), false, /*copy=*/true).requires_grad_();
    adam_ = std::make_unique<Adam>(weights, AdamParams{.weight_decay = config_.settings.weight_decay});
    if (!saved) {
      centers_ = batches_.centers();
      return;
    }
    epoch_ = saved->epoch;
    pass_ = saved->pass;
    adam_->load(saved->optimiser, output_.string());
    for (const at::Tensor& center : saved->centers) centers_.push_back(center.to(device_));
    if (group_.first()) log_info(fmt::format("continuing at epoch {}, pass {}", epoch_ + 1, pass_ + 1));
  }

  /// Gradients of one batch; a step when enough have been added up, or the epoch ends.
  void one_pass(double rate) {
    if (gradients_ == 0 && group_.any(interrupted())) {
      save();
      set_interrupted(true);  // if only another process was told
      stop_if_interrupted();
    }
    const std::optional<PretrainBatch> batch = batches_.make(epoch_, pass_);
    if (batch) {
      const PretrainLosses losses = pretrain_losses(*batch, adam_->parameters(), centers_, config_.step, group_);
      (losses.total / config_.settings.accumulate).backward();
      ++gradients_;
      if (log_) log_->add(epoch_, pass_, rate, losses);
      count(losses);
    } else {
      ++outcome_.skipped;
      if (log_) log_->add_skipped(epoch_, pass_);
    }
    ++outcome_.passes;
    ++pass_;
    if (gradients_ == config_.settings.accumulate || (pass_ == batches_.passes() && gradients_ > 0)) {
      sum_gradients(adam_->parameters(), group_);
      adam_->step(rate);
      adam_->clear_gradients();
      gradients_ = 0;
    }
    save_due_ |= pass_ % config_.settings.save_every == 0 || pass_ == batches_.passes();
    if (save_due_ && gradients_ == 0) save();
  }

  void count(const PretrainLosses& losses) {
    const double loss = losses.total.item<double>();
    if (outcome_.passes == outcome_.skipped) outcome_.first_loss = loss;
    outcome_.last_loss = loss;
    for (const LevelLoss& level : losses.levels) outcome_.angle_left_out += level.angle_left_out;
  }

  void save() {
    save_due_ = false;
    if (!group_.first()) return;
    const bool epoch_done = pass_ == batches_.passes();
    save_state(output_,
               {epoch_done ? epoch_ + 1 : epoch_, epoch_done ? 0 : pass_, adam_->parameters(), adam_->state(), centers_,
                identity_},
               config_.settings.keep);
  }

  void write_projector() {
    ProjectorCheckpoint checkpoint;
    checkpoint.params = config_.step.projector;
    checkpoint.channels = channels_;
    for (const auto& [key, weight] : adam_->parameters()) checkpoint.weights[key] = weight.detach();
    checkpoint.residual = config_.step.residual;
    checkpoint.backbone = backbone_->info().name;
    checkpoint.backbone_sha256 = backbone_->info().weights_sha256;
    checkpoint.classes = data_.classes;
    nlohmann::json settings = nlohmann::json::object();
    for (const auto& [key, value] : all_values(config_)) {
      // the place on this machine is no part of what was done
      if (key != "data" && key != "weights" && key != "output") settings[key] = to_text(value);
    }
    checkpoint.settings = settings.dump();
    outcome_.projector = output_ / "projector.safetensors";
    write_projector_checkpoint(outcome_.projector, checkpoint);
  }

  const PretrainConfig& config_;
  const ProcessGroup& group_;
  at::Device device_;
  fs::path output_;
  PretrainData data_;
  std::unique_ptr<Backbone> backbone_;
  ReferenceCache cache_;
  BatchMaker batches_;
  std::vector<int64_t> channels_;
  std::string identity_;
  std::unique_ptr<Adam> adam_;
  std::optional<PretrainLog> log_;  ///< of the first process
  std::vector<at::Tensor> centers_;
  int64_t epoch_ = 0, pass_ = 0, gradients_ = 0;
  bool save_due_ = false;
  PretrainOutcome outcome_;
};

}  // namespace

PretrainOutcome pretrain(const PretrainConfig& config, const ProcessGroup& group) {
  set_threads(group.threads(config.settings.threads));
  return Pretrainer(config, group).run();
}

}  // namespace adrep
