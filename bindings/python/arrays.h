#pragma once
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <ATen/core/Tensor.h>

#include <string>

#include "core/maps/array.h"

namespace adrep::python {

/// An array of NumPy, PyTorch or anything else that speaks DLPack or the buffer protocol: never written to.
using GivenArray = nanobind::ndarray<nanobind::ro>;
using NumpyFloats = nanobind::ndarray<nanobind::numpy, float>;

/// The memory of an array, C- or Fortran-contiguous and on the CPU, which stays the caller's. `name`: for messages.
/// Throws InputError for other arrays and types.
Array array_of(const GivenArray& given, const std::string& name);

/// The same as a tensor; `given` must outlive it.
at::Tensor tensor_of(const GivenArray& given, const std::string& name);

/// A float32 tensor on the CPU as an array of NumPy's on the same memory.
NumpyFloats floats_of(const at::Tensor& tensor);

}  // namespace adrep::python
