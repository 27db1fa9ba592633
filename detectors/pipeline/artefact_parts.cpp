#include "detectors/pipeline/artefact_parts.h"

#include <fmt/ranges.h>

#include <cmath>

#include "core/base/error.h"

namespace adrep {

const at::Tensor& tensor_of(const TensorMap& tensors, const std::string& name, at::ScalarType type, int64_t dims) {
  const auto place = tensors.find(name);
  if (place == tensors.end()) throw_input("damaged: it has no tensor '{}'", name);
  const at::Tensor& tensor = place->second;
  if (tensor.scalar_type() != type || tensor.dim() != dims)
    throw_input("damaged: '{}' is {} [{}], not {} of {} dimensions", name, c10::toString(tensor.scalar_type()),
                fmt::join(tensor.sizes(), ", "), c10::toString(type), dims);
  return tensor;
}

int64_t number_between(const nlohmann::json& all, const std::string& name, int64_t least, int64_t most) {
  const auto value = all.at(name).get<int64_t>();
  if (value < least || value > most) throw_input("damaged: its {} is {}", name, value);
  return value;
}

double finite_number(const nlohmann::json& all, const std::string& name) {
  const auto value = all.at(name).get<double>();
  if (!std::isfinite(value)) throw_input("damaged: its {} is {}", name, value);
  return value;
}

}  // namespace adrep
