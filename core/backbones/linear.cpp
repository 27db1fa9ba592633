#include "core/backbones/linear.h"

#include "core/backbones/packed_operators.h"
#include "core/backbones/parameter.h"

namespace adrep {
namespace {

using Reorder = at::Tensor(const at::Tensor& weight, std::optional<c10::SymInt> rows);
using Pointwise = at::Tensor(const at::Tensor& x, const at::Tensor& weight, const std::optional<at::Tensor>& bias,
                             std::string_view attribute, c10::List<std::optional<at::Scalar>> scalars,
                             std::optional<std::string_view> algorithm);
using PointwiseBinary = at::Tensor(const at::Tensor& x, const at::Tensor& other, const at::Tensor& weight,
                                   const std::optional<at::Tensor>& bias, std::string_view attribute);

// The layout suits the products of four images of 257 tokens; it has little effect on others.
constexpr int64_t typical_rows = 1028;

using LayerOperators = PackedOperators<Reorder, Pointwise, PointwiseBinary>;

/// Nothing where this LibTorch was built without oneDNN.
const LayerOperators* packed_operators() {
  static const std::optional<LayerOperators> operators =
      LayerOperators::find("mkldnn::_reorder_linear_weight", "mkldnn::_linear_pointwise");
  return operators ? &*operators : nullptr;
}

at::Tensor packed_binary(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, const at::Tensor& other,
                         std::string_view attribute) {
  return packed_operators()->binary.call(x, other, weight, bias.defined() ? std::optional(bias) : std::nullopt,
                                         attribute);
}

}  // namespace

Linear::Linear(const at::Tensor& weight, const at::Tensor& bias, const BackboneOptions& options)
    : weight_(parameter(weight, options)), packed_(packs_weights(options) && packed_operators()) {
  if (bias.defined()) bias_ = parameter(bias, options);
  if (packed_) weight_ = packed_operators()->reorder.call(weight_, c10::SymInt(typical_rows));
}

at::Tensor Linear::operator()(const at::Tensor& x, Activation activation) const {
  if (!packed_) return activated(at::linear(x, weight_, bias_), activation);
  const bool fused = activation != Activation::quick_gelu;
  const std::string_view attribute = activation == Activation::gelu   ? "gelu"
                                     : activation == Activation::silu ? "swish"
                                                                      : "none";
  const at::Tensor y =
      packed_operators()->pointwise.call(x, weight_, bias_.defined() ? std::optional(bias_) : std::nullopt, attribute,
                                         c10::List<std::optional<at::Scalar>>(), "none");
  return fused ? y : activated(y, activation);
}

at::Tensor Linear::plus(const at::Tensor& x, const at::Tensor& other) const {
  return packed_ ? packed_binary(x, weight_, bias_, other, "add") : at::linear(x, weight_, bias_) + other;
}

at::Tensor Linear::times(const at::Tensor& x, const at::Tensor& other) const {
  return packed_ ? packed_binary(x, weight_, bias_, other, "mul") : at::linear(x, weight_, bias_) * other;
}

void Linear::add_parameters(const std::string& name, TensorMap& parameters) const {
  ADREP_ASSERT(!packed_, "{} is packed", name);
  parameters[name + ".weight"] = weight_;
  if (bias_.defined()) parameters[name + ".bias"] = bias_;
}

at::Tensor activated(const at::Tensor& x, Activation activation) {
  switch (activation) {
    case Activation::none:
      return x;
    case Activation::gelu:
      return at::gelu(x);
    case Activation::silu:
      return at::silu(x);
    case Activation::quick_gelu:
      return x * at::sigmoid(quick_gelu_slope * x);
  }
  ADREP_ASSERT(false, "unknown activation");
}

}  // namespace adrep
