#pragma once
#include <ATen/Context.h>
#include <ATen/core/dispatch/Dispatcher.h>

#include <optional>

#include "core/backbones/backbone.h"

namespace adrep {

/// An operator of LibTorch for weights packed by oneDNN ("mkldnn::_linear_pointwise"). Only LibTorch's compiler calls
/// these; they have no at:: function. Nothing where this LibTorch was built without oneDNN or without the operator.
template <class Signature>
std::optional<c10::TypedOperatorHandle<Signature>> packed_operator(const char* name, const char* overload = "") {
  if (!at::hasMKLDNN()) return std::nullopt;
  const auto found = c10::Dispatcher::singleton().findSchema({name, overload});
  return found ? std::optional(found->typed<Signature>()) : std::nullopt;
}

/// Whether a layer's weights are packed: frozen, on the CPU, and of a type that oneDNN is fast in.
inline bool packs_weights(const BackboneOptions& options) {
  return !options.trainable && options.device.is_cpu() && options.precision != Precision::fp16;
}

}  // namespace adrep
