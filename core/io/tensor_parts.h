#pragma once
#include <string>

#include "core/io/safetensors.h"

namespace adrep {

/// The tensors whose names begin with `prefix`, under the rest of their names.
TensorMap tensors_below(const TensorMap& tensors, const std::string& prefix);

/// Copies that share no memory with the tensors and record no gradients.
TensorMap copies_of(const TensorMap& tensors);

/// The other way round: adds `part` with `prefix` before each name.
void add_below(TensorMap& tensors, const std::string& prefix, const TensorMap& part);

}  // namespace adrep
