#include "core/backbones/packed_operators.h"

namespace adrep {
namespace {

/// LibTorch has no function that says so, so it is tried.
bool packs_bf16() {
  static const bool packs = [] {
    using Reorder = at::Tensor(const at::Tensor& weight, std::optional<c10::SymInt> rows);
    const auto reorder = packed_operator<Reorder>("mkldnn::_reorder_linear_weight");
    if (!reorder) return false;
    try {
      reorder->call(at::ones({16, 16}, at::kBFloat16), c10::SymInt(16));
      return true;
    } catch (const c10::Error&) {
      return false;
    }
  }();
  return packs;
}

}  // namespace

bool packs_weights(const BackboneOptions& options) {
  if (options.trainable || !options.device.is_cpu() || options.precision == Precision::fp16) return false;
  return options.precision != Precision::bf16 || packs_bf16();
}

}  // namespace adrep
