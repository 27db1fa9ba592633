#pragma once
#include <functional>
#include <string>

#include "core/io/safetensors.h"
#include "detectors/detector.h"

namespace adrep {

/// What a detector that is trained by gradient offers to the trainer.
class Trainee {
 public:
  /// Called by an epoch after every step with its loss; throws when the loss is not finite.
  using Step = std::function<void(const at::Tensor& loss)>;

  virtual ~Trainee() = default;
  /// Steps of an epoch, for progress.
  virtual int64_t steps() const = 0;
  /// One epoch, counted from 0. Everything random in it comes from `seed`.
  virtual void run(int64_t epoch, uint64_t seed, const Step& step) = 0;
  /// The model, and what the optimiser remembers. load(save()) continues bit for bit. The tensors may be shared.
  virtual void save(TensorMap& model, TensorMap& optimiser) const = 0;
  virtual void load(const TensorMap& model, const TensorMap& optimiser, const std::string& source) = 0;
  /// Makes the detector able to score with the model as it is: called before the quality is asked for, and at the end.
  virtual void ready() {}
};

struct TrainingOptions {
  std::string stage;  ///< the detector's name, for progress and messages
  int64_t epochs = 1;
  int64_t patience = 0;  ///< stop after so many epochs without a better quality, or loss where none is given; 0: never
};

/// Trains for `options.epochs` epochs, each with its own seed derived from the context's, so that training continued
/// from a checkpoint is the same bit for bit. Afterwards the detector holds the last model, or that of the best
/// quality. Throws Error with the reason when a loss is NaN or infinite, InputError when the state to resume does not
/// fit.
void train(Trainee& trainee, const Detector& detector, const TrainingOptions& options, const FitContext& context);

/// Memory of so many trained numbers in float32 with their gradients and Adam's two moments.
constexpr int64_t trained_bytes(int64_t numbers) {
  return 4 * 4 * numbers;
}

/// Scales all gradients by min(1, limit / (norm + 1e-6)), norm over all of them together (torch's clip_grad_norm_).
/// Returns the norm before, a 0-dim tensor.
at::Tensor clip_gradients(const TensorMap& parameters, double limit);

}  // namespace adrep
