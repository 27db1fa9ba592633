#pragma once
#include <optional>

#include "core/backbones/backbone.h"
#include "core/base/packed_operator.h"

namespace adrep {

/// How a kind of layer packs its weights and computes with them, alone or with the sum with another tensor fused in.
template <class Reorder, class Pointwise, class Binary>
struct PackedOperators {
  c10::TypedOperatorHandle<Reorder> reorder;
  c10::TypedOperatorHandle<Pointwise> pointwise;
  c10::TypedOperatorHandle<Binary> binary;

  /// `pointwise_name` names both of the latter. Nothing where one of them is not there.
  static std::optional<PackedOperators> find(const char* reorder_name, const char* pointwise_name) {
    const auto reorder = packed_operator<Reorder>(reorder_name);
    const auto pointwise = packed_operator<Pointwise>(pointwise_name);
    const auto binary = packed_operator<Binary>(pointwise_name, "binary");
    if (!reorder || !pointwise || !binary) return std::nullopt;
    return PackedOperators{*reorder, *pointwise, *binary};
  }
};

/// Whether a layer's weights are packed: frozen, on the CPU, and of a type that oneDNN computes in here. In bf16 it
/// needs a processor with AVX-512; elsewhere LibTorch's own products do, and are slow.
bool packs_weights(const BackboneOptions& options);

}  // namespace adrep
