#pragma once
#include <ATen/Context.h>
#include <ATen/core/dispatch/Dispatcher.h>

#include <optional>

namespace adrep {

/// An operator of LibTorch for weights that oneDNN or MKL packed ("mkldnn::_linear_pointwise"). Only LibTorch's
/// compiler calls these; they have no at:: function. Nothing where this LibTorch was built without oneDNN, which
/// carries packed weights, or without the operator.
template <class Signature>
std::optional<c10::TypedOperatorHandle<Signature>> packed_operator(const char* name, const char* overload = "") {
  if (!at::hasMKLDNN()) return std::nullopt;
  const auto found = c10::Dispatcher::singleton().findSchema({name, overload});
  return found ? std::optional(found->typed<Signature>()) : std::nullopt;
}

}  // namespace adrep
