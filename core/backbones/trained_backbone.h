#pragma once
#include "core/backbones/backbone.h"

namespace adrep {

/// What pretraining changed of a backbone (paper Table 2a, "backbone trained"): all of its trainable parameters,
/// float32. The file holds these only; what is never trained (running statistics) comes from the weights that it
/// started from.
struct TrainedBackbone {
  std::string name;         ///< of the backbone
  std::string base_sha256;  ///< of the weights file that it was trained from
  TensorMap parameters;     ///< as Backbone::trainable_parameters names them
};

/// Writes atomically, as safetensors.
void write_trained_backbone(const std::filesystem::path& file, const TrainedBackbone& trained);

/// Gives trainable parameters these values. Throws InputError naming `source` with every key that is missing, misshapen
/// or unknown; then nothing is changed.
void set_parameters(const TensorMap& parameters, const TensorMap& values, const std::string& source);

/// None when the file is something else: a weights file of another kind.
bool is_trained_backbone(const std::filesystem::path& file);

/// The backbone with the trained parameters, frozen; its info names this file. The official weights that it was trained
/// from must be installed. Throws InputError when they are not or are others, or the file is damaged or of another
/// backbone.
std::unique_ptr<Backbone> load_trained_backbone(const BackboneEntry& entry, const std::filesystem::path& file,
                                                const BackboneOptions& options);

}  // namespace adrep
