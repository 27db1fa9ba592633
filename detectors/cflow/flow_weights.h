#pragma once
#include <filesystem>
#include <string>

#include "core/io/safetensors.h"

namespace adrep {

/// CFLOW's flows as files of weights hold them: FrEIA's state dict of each level's decoder.
struct FlowWeights {
  TensorMap tensors;      ///< "decoders.L.module_list.K.…", level L from the shallowest used, block K
  std::string log_scale;  ///< generation of FrEIA (CflowParams::log_scale) where the file says it, else ""
};

/// "decoders.L."
std::string decoder_prefix(size_t level);

/// Reads a torch.save or safetensors file, as data: nothing is executed. The decoders are
/// - the list under `decoder_state_dict`, as CFLOW-AD's own code saves them, or a list of state dicts alone;
/// - of one flat state dict, the keys with `decoders.L.` (`model.decoders.0.module_list.0.w_perm`, as anomalib's), or
///   the keys with `module_list.` of a single flow.
/// What else is in the file (an encoder, an optimiser) is left out. The key names are the same in both generations of
/// FrEIA, whose log-scales differ. Throws InputError naming the file when it is damaged or has no decoders.
FlowWeights read_flow_weights(const std::filesystem::path& file);

/// Writes NAME.safetensors with flat keys, any other name as torch.save would with `decoder_state_dict` and an empty
/// `encoder_state_dict`, so that CFLOW-AD's own code loads it; `log_scale` stands beside them. Atomically.
void write_flow_weights(const std::filesystem::path& file, const FlowWeights& weights);

/// The same flows for the other generation of FrEIA: 1.9·tanh(s) = 1.9·tanh(s'/1.9) when the layer that gives s is
/// multiplied by 1.9. `weights.log_scale` must be known.
FlowWeights for_log_scale(const FlowWeights& weights, const std::string& log_scale);

/// The tensors for `expected` keys and shapes, float32. Throws InputError with every key of the file that is missing,
/// misshapen or unknown, or naming one that holds NaN. `model` says whose weights these should be.
TensorMap checked_flow_weights(const FlowWeights& weights, const TensorMap& expected, const std::string& model,
                               const std::filesystem::path& file);

}  // namespace adrep
