#pragma once
#include <cstdint>
#include <vector>

namespace adrep {

/// A learning rate that is multiplied by `factor` before each epoch of `milestones`, counted from 0 (torch's
/// MultiStepLR, with its repeated multiplication).
struct MultiStepSchedule {
  double rate = 1e-4;
  std::vector<int64_t> milestones;
  double factor = 0.1;

  /// The rate in force during epoch `epoch` ≥ 0.
  double at(int64_t epoch) const;
};

/// Cosine decay by epoch after a linear warm-up by batch (CFLOW, protocol §7).
struct WarmCosineSchedule {
  double rate = 2e-4;
  int64_t epochs = 25;
  int64_t warm_epochs = 2;
  double start_fraction = 0.1;      ///< of `rate`, at the first batch
  double smallest_fraction = 1e-3;  ///< of `rate`, which the cosine would reach at epoch `epochs`
  /// A training of fewer epochs has a shorter warm-up in proportion: else two epochs would be a warm-up to the smallest
  /// rate and nothing more. 0: never, as published.
  int64_t scaled_below = 0;

  /// The rate of a batch: `epoch` from 0, of `batches` a epoch the one counted `batch` from 0 within its epoch.
  double at(int64_t epoch, int64_t batch, int64_t batches) const;
};

}  // namespace adrep
