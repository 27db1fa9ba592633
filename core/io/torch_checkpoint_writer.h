#pragma once
#include <map>
#include <string>
#include <vector>

#include "core/io/safetensors.h"

namespace adrep {

/// A dictionary with one dictionary of tensors, and numbers, texts and lists of such dictionaries beside it.
struct TorchCheckpoint {
  std::string tensors_key;
  TensorMap tensors;  ///< written as contiguous float32
  std::map<std::string, double> numbers;
  std::map<std::string, std::string> texts;
  std::map<std::string, std::vector<TensorMap>> lists = {};
};

/// Writes it as torch.save does (a zip with a pickle of protocol 2 and one entry a tensor), atomically; torch.load
/// reads it, with weights_only, too. Equal contents give equal bytes. Throws Error when it would be larger than 4 GiB.
void write_torch_checkpoint(const std::filesystem::path& file, const TorchCheckpoint& checkpoint);

}  // namespace adrep
