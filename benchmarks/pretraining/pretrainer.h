#pragma once
#include "benchmarks/pretraining/pretrain_validation.h"
#include "core/training/process_group.h"

namespace adrep {

/// What a pretraining gave.
struct PretrainOutcome {
  std::filesystem::path projector;  ///< OUTPUT/projector.safetensors
  int64_t passes = 0;               ///< done by this call
  int64_t skipped = 0;              ///< of those, without any anomaly
  int64_t angle_left_out = 0;       ///< levels of passes whose angle loss was NaN or infinite
  double first_loss = 0, last_loss = 0;
  double seconds = 0;
  std::map<std::string, double> stage_seconds;  ///< of all passes, by stage
  int64_t images = 0;                           ///< in passes that were not skipped, each in two views
  std::vector<EpochScore> best;                 ///< of each selecting detector, where selection asks for it
};

/// Stages of a pass in the order of work.
inline constexpr const char* pretrain_stages[] = {"decode",    "augment", "backbone", "references",
                                                  "projector", "losses",  "backward", "step"};

/// Pretrains the projectors (protocol §6), or continues where OUTPUT's latest state stands, bit for bit. Writes
/// projector.safetensors, states/, log.jsonl and report.html below OUTPUT; with a selection also the best epochs'
/// checkpoints_pro_angle.pth and checkpoints_pro_norm.pth and validation/. Throws InputError for settings or data that
/// cannot be used, Interrupted on Ctrl-C after saving the state.
/// Of several processes each computes its share of every batch; all see one OUTPUT, the first writes there. Throws
/// Error when another process is lost.
PretrainOutcome pretrain(const PretrainConfig& config, const ProcessGroup& group = {});

}  // namespace adrep
