#include "bindings/python/arrays.h"

#include <ATen/ops/from_blob.h>

#include <map>

#include "core/base/error.h"

namespace nb = nanobind;

namespace adrep::python {
namespace {

NumberType number_type(const GivenArray& given, const std::string& name) {
  using Code = nb::dlpack::dtype_code;
  static const std::map<std::pair<Code, int>, NumberType> known = {
      {{Code::Float, 16}, NumberType::f2}, {{Code::Bfloat, 16}, NumberType::bf2}, {{Code::Float, 32}, NumberType::f4},
      {{Code::Float, 64}, NumberType::f8}, {{Code::UInt, 8}, NumberType::u1},     {{Code::UInt, 16}, NumberType::u2},
      {{Code::UInt, 32}, NumberType::u4},  {{Code::UInt, 64}, NumberType::u8},    {{Code::Int, 8}, NumberType::i1},
      {{Code::Int, 16}, NumberType::i2},   {{Code::Int, 32}, NumberType::i4},     {{Code::Int, 64}, NumberType::i8},
      {{Code::Bool, 8}, NumberType::b1}};
  const nb::dlpack::dtype type = given.dtype();
  const auto place = known.find({static_cast<Code>(type.code), type.bits});
  if (place == known.end() || type.lanes != 1)
    throw_input("{}: an array of a type that is no number: expected floats, integers or booleans", name);
  return place->second;
}

at::ScalarType scalar_type_of(NumberType type) {
  switch (type) {
    case NumberType::f2:
      return at::kHalf;
    case NumberType::bf2:
      return at::kBFloat16;
    case NumberType::f4:
      return at::kFloat;
    case NumberType::f8:
      return at::kDouble;
    case NumberType::u1:
      return at::kByte;
    case NumberType::u2:
      return at::kUInt16;
    case NumberType::u4:
      return at::kUInt32;
    case NumberType::u8:
      return at::kUInt64;
    case NumberType::i1:
      return at::kChar;
    case NumberType::i2:
      return at::kShort;
    case NumberType::i4:
      return at::kInt;
    case NumberType::i8:
      return at::kLong;
    case NumberType::b1:
      return at::kBool;
  }
  return at::kFloat;
}

std::vector<int64_t> shape_of(const GivenArray& given) {
  std::vector<int64_t> shape;
  for (size_t axis = 0; axis < given.ndim(); ++axis) shape.push_back(static_cast<int64_t>(given.shape(axis)));
  return shape;
}

/// Whether elements follow each other, the last index fastest, or with `fortran` the first one.
bool is_contiguous(const GivenArray& given, bool fortran) {
  if (given.size() == 0) return true;
  int64_t expected = 1;
  for (size_t i = 0; i < given.ndim(); ++i) {
    const size_t axis = fortran ? i : given.ndim() - 1 - i;
    const auto side = static_cast<int64_t>(given.shape(axis));
    if (side != 1 && given.stride(axis) != expected) return false;
    expected *= side;
  }
  return true;
}

void require_cpu(const GivenArray& given, const std::string& name) {
  if (given.device_type() != nb::device::cpu::value)
    throw_input("{}: not in the memory of the CPU: move it there first, for example with .cpu()", name);
}

}  // namespace

Array array_of(const GivenArray& given, const std::string& name) {
  require_cpu(given, name);
  Array array;
  array.where = name;
  array.type = number_type(given, name);
  array.shape = shape_of(given);
  array.fortran = !is_contiguous(given, false);
  if (array.fortran && !is_contiguous(given, true))
    throw_input("{}: its elements do not follow each other in memory: give a contiguous copy", name);
  array.bytes.view = {static_cast<const char*>(given.data()), given.nbytes()};
  return array;
}

at::Tensor tensor_of(const GivenArray& given, const std::string& name) {
  require_cpu(given, name);
  std::vector<int64_t> strides;
  for (size_t axis = 0; axis < given.ndim(); ++axis) strides.push_back(given.stride(axis));
  return at::from_blob(const_cast<void*>(given.data()), shape_of(given), strides,
                       at::TensorOptions(scalar_type_of(number_type(given, name))));
}

NumpyFloats floats_of(const at::Tensor& tensor) {
  auto kept = std::make_unique<at::Tensor>(tensor.contiguous());
  std::vector<size_t> shape;
  for (const int64_t side : kept->sizes()) shape.push_back(static_cast<size_t>(side));
  float* const data = kept->data_ptr<float>();
  const nb::capsule owner(kept.get(), [](void* held) noexcept { delete static_cast<at::Tensor*>(held); });
  kept.release();
  return NumpyFloats(data, shape.size(), shape.data(), owner);
}

}  // namespace adrep::python
