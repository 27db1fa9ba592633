#include "detectors/training/trainer.h"

#include <cmath>
#include <limits>
#include <numeric>

#include "core/base/random.h"
#include "core/io/tensor_parts.h"

namespace adrep {
namespace {

constexpr double none = -std::numeric_limits<double>::infinity();

/// 0 of no losses.
double mean_of(std::vector<double>::const_iterator begin, std::vector<double>::const_iterator end) {
  return std::accumulate(begin, end, 0.0) / static_cast<double>(std::max<std::ptrdiff_t>(1, end - begin));
}

/// One training: how far it is and which model was best.
class Training {
 public:
  Training(Trainee& trainee, const Detector& detector, const TrainingOptions& options, const FitContext& context)
      : trainee_(trainee), detector_(detector), options_(options), context_(context) {}

  void run() {
    if (context_.resume) resume(*context_.resume);
    while (next_ < options_.epochs && !exhausted()) {
      epoch();
      const bool due = !context_.checkpoint_due || context_.checkpoint_due() || next_ == options_.epochs || exhausted();
      if (context_.checkpoint && due) context_.checkpoint(state());
    }
    if (!best_model_.empty()) trainee_.load(best_model_, {}, options_.stage);
    trainee_.ready();
  }

 private:
  void epoch() {
    const int64_t steps = trainee_.steps(), total = options_.epochs * steps;
    std::vector<double> losses;
    context_.observer.progress(options_.stage, next_ * steps, total);
    const uint64_t seed = derive_seed(context_.seed, fmt::format("{} epoch {}", options_.stage, next_));
    trainee_.run(next_, seed, [&](const at::Tensor& loss) {
      const double value = loss.item<double>();
      losses.push_back(value);
      const int64_t done = std::ssize(losses);
      if (!std::isfinite(value))
        throw_failure("{}: the loss became {} in step {} of epoch {}: lower the learning rate, or check the features",
                      options_.stage, value, done, next_ + 1);
      context_.observer.progress(options_.stage, std::min(next_ * steps + done, total), total);
    });
    EpochReport report;
    report.stage = options_.stage;
    report.epoch = next_;
    report.epochs = options_.epochs;
    const auto eighth = static_cast<std::ptrdiff_t>((losses.size() + 7) / 8);
    report.loss = mean_of(losses.begin(), losses.end());
    report.first_loss = mean_of(losses.begin(), losses.begin() + eighth);
    report.last_loss = mean_of(losses.end() - eighth, losses.end());
    if (context_.quality || context_.inspect) trainee_.ready();
    if (context_.quality) report.quality = context_.quality(detector_);
    if (context_.inspect) context_.inspect(detector_);
    judge(report);
    ++next_;
    context_.observer.epoch(report);
  }

  void judge(const EpochReport& report) {
    const double value = report.quality.value_or(-report.loss);
    if (!(value > best_)) return;
    best_ = value;
    best_epoch_ = next_;
    if (!context_.quality) return;
    TensorMap optimiser;
    best_model_.clear();
    trainee_.save(best_model_, optimiser);
    best_model_ = copies_of(best_model_);
  }

  bool exhausted() const { return options_.patience > 0 && next_ - best_epoch_ > options_.patience; }

  TensorMap state() const {
    TensorMap model, optimiser, all;
    trainee_.save(model, optimiser);
    add_below(all, "model/", copies_of(model));
    add_below(all, "optimiser/", copies_of(optimiser));
    add_below(all, "best/", best_model_);
    all["trainer/epochs"] = at::tensor({next_, best_epoch_}, at::kLong);
    all["trainer/best"] = at::tensor({best_}, at::kDouble);
    return all;
  }

  void resume(const TensorMap& all) {
    const auto epochs = all.find("trainer/epochs"), best = all.find("trainer/best");
    if (epochs == all.end() || best == all.end() || epochs->second.numel() != 2 || best->second.numel() != 1)
      throw_input("{}: the state to resume is none of this trainer", options_.stage);
    trainee_.load(tensors_below(all, "model/"), tensors_below(all, "optimiser/"), options_.stage);
    next_ = epochs->second[0].item<int64_t>();
    best_epoch_ = epochs->second[1].item<int64_t>();
    best_ = best->second[0].item<double>();
    best_model_ = tensors_below(all, "best/");
  }

  Trainee& trainee_;
  const Detector& detector_;
  const TrainingOptions& options_;
  const FitContext& context_;
  int64_t next_ = 0, best_epoch_ = 0;
  double best_ = none;
  TensorMap best_model_;  // empty without a quality
};

}  // namespace

void train(Trainee& trainee, const Detector& detector, const TrainingOptions& options, const FitContext& context) {
  Training(trainee, detector, options, context).run();
}

at::Tensor clip_gradients(const TensorMap& parameters, double limit) {
  std::vector<at::Tensor> norms;
  for (const auto& [key, parameter] : parameters)
    if (parameter.grad().defined()) norms.push_back(at::linalg_vector_norm(parameter.grad(), 2));
  if (norms.empty()) return at::zeros({});
  const at::Tensor norm = at::linalg_vector_norm(at::stack(norms), 2);
  const at::Tensor factor = (limit / (norm + 1e-6)).clamp_max(1);
  for (const auto& [key, parameter] : parameters)
    if (parameter.grad().defined()) parameter.mutable_grad().mul_(factor);
  return norm;
}

}  // namespace adrep
