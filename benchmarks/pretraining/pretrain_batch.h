#pragma once
#include "benchmarks/pretraining/reference_cache.h"
#include "core/base/stage_clock.h"
#include "core/training/process_group.h"

namespace adrep {

/// Makes the batches of an epoch. What is random about one follows from the seed, the epoch and the pass alone; of
/// several processes each makes an equal share of every batch, with the same draws as one process that makes it all.
class BatchMaker {
 public:
  BatchMaker(const PretrainConfig& config, const PretrainData& data, const Backbone& backbone, ReferenceCache& cache,
             const ProcessGroup& group)
      : config_(config), data_(data), backbone_(backbone), cache_(cache), group_(group) {}

  /// Passes of an epoch: whole batches, the rest is dropped.
  int64_t passes() const;

  /// Two augmented views of every image through the backbone together, references and masks, on the backbone's device.
  /// None when no image of the whole batch has an anomalous pixel (published code: such batches are skipped).
  /// The clock is told the stages "decode" (with resize and masks), "augment" (with normalisation), "backbone" and
  /// "references" (features that the cache does not hold).
  std::optional<PretrainBatch> make(int64_t epoch, int64_t pass, StageClock& clock);

  /// Mean input feature of all normal images, un-augmented, with `references.center_shots` references each, float32:
  /// [C_l] a level.
  std::vector<at::Tensor> centers();

 private:
  std::vector<size_t> images_of(int64_t epoch, int64_t pass);
  std::vector<LoadedSample> load(const std::vector<size_t>& images, int64_t first, int64_t count) const;
  at::Tensor views_of(const std::vector<LoadedSample>& loaded, int64_t first, int64_t epoch, int64_t pass) const;
  std::vector<size_t> draw_references(size_t image, int64_t shots, Random& random) const;

  const PretrainConfig& config_;
  const PretrainData& data_;
  const Backbone& backbone_;
  ReferenceCache& cache_;
  const ProcessGroup& group_;
  int64_t ordered_epoch_ = -1;
  std::vector<int64_t> order_;
};

}  // namespace adrep
