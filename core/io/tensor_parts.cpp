#include "core/io/tensor_parts.h"

namespace adrep {

TensorMap tensors_below(const TensorMap& tensors, const std::string& prefix) {
  TensorMap part;
  for (auto place = tensors.lower_bound(prefix); place != tensors.end() && place->first.starts_with(prefix); ++place)
    part[place->first.substr(prefix.size())] = place->second;
  return part;
}

TensorMap copies_of(const TensorMap& tensors) {
  TensorMap copied;
  for (const auto& [key, tensor] : tensors) copied[key] = tensor.detach().clone();
  return copied;
}

void add_below(TensorMap& tensors, const std::string& prefix, const TensorMap& part) {
  for (const auto& [name, tensor] : part) tensors[prefix + name] = tensor;
}

}  // namespace adrep
