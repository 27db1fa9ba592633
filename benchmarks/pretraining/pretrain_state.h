#pragma once
#include "core/training/adam.h"

namespace adrep {

/// Where pretraining stands: all that is needed to continue bit for bit. What is random follows from the seed, the
/// epoch and the pass, so no generator has a state.
struct PretrainState {
  int64_t epoch = 0, pass = 0;  ///< the next one; passes count within the epoch
  TensorMap weights;
  TensorMap optimiser;
  std::vector<at::Tensor> centers;
  std::string identity;    ///< hash of settings, backbone and data that led here
  std::string validation;  ///< scores of the epochs so far (PretrainValidation::state)
};

/// Writes OUTPUT/states/EEEEEE-PPPPPPPP.safetensors, sealed (core/io/sealed_tensors.h), atomically and removes all but
/// the `keep` latest.
void save_state(const std::filesystem::path& output, const PretrainState& state, int64_t keep);

/// The latest state, or none where there is no file; one that is damaged is said and the one before taken. Throws
/// InputError when all are damaged, or the latest belongs to other settings or data.
std::optional<PretrainState> latest_state(const std::filesystem::path& output, const std::string& identity);

/// Where the latest state stands by its name alone, epoch and pass; none where there is none.
std::optional<std::pair<int64_t, int64_t>> latest_place(const std::filesystem::path& output);

}  // namespace adrep
