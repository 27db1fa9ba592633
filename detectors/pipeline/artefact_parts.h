#pragma once
#include <nlohmann/json.hpp>

#include <string>

#include "core/io/safetensors.h"

namespace adrep {

/// A tensor of this name, type and number of dimensions. Throws InputError when there is no such one.
const at::Tensor& tensor_of(const TensorMap& tensors, const std::string& name, at::ScalarType type, int64_t dims);

/// A whole number of a description. Throws InputError when it is not within the bounds.
int64_t number_between(const nlohmann::json& all, const std::string& name, int64_t least, int64_t most);

/// A finite number of a description. Throws InputError for another.
double finite_number(const nlohmann::json& all, const std::string& name);

}  // namespace adrep
