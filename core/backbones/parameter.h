#pragma once
#include "core/backbones/backbone.h"

namespace adrep {

/// A copy of a stored weight as the options want it: their device and type, with gradients if trainable. It never lies
/// on the weights file.
inline at::Tensor parameter(const at::Tensor& stored, const BackboneOptions& options) {
  const at::TensorOptions wanted = at::TensorOptions(options.device).dtype(scalar_type(options.precision));
  const at::Tensor copy =
      stored.detach().to(wanted, /*non_blocking=*/false, /*copy=*/true, at::MemoryFormat::Contiguous);
  return options.trainable ? copy.requires_grad_() : copy;
}

}  // namespace adrep
