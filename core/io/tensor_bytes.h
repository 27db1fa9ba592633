#pragma once
#include <ATen/ATen.h>

#include <cstdint>
#include <optional>

#include "core/io/mapped_file.h"

namespace adrep {

/// Elements of a tensor of these sides, or nothing when a side is negative or when sides, strides or bytes of such a
/// tensor would not fit in 63 bits (also where another side is 0), or there are more than 64 sides.
std::optional<int64_t> element_count(at::IntArrayRef sizes);

/// A one-dimensional tensor on these bytes (`count` elements; the caller has checked the size). They are shared when
/// they are aligned for the type and copied when not; the tensor keeps their owner alive.
at::Tensor tensor_on(const SharedBytes& bytes, at::ScalarType type);

/// True when the bytes are all 0 or 1: any other value is undefined behaviour in a bool.
bool are_bools(std::string_view bytes);

}  // namespace adrep
