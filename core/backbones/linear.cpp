#include "core/backbones/linear.h"

#include <ATen/Parallel.h>

#include "core/backbones/packed_operators.h"
#include "core/backbones/parameter.h"

namespace adrep {
namespace {

using LinearReorder = at::Tensor(const at::Tensor& weight, std::optional<c10::SymInt> rows);
using LinearPointwise = at::Tensor(const at::Tensor& x, const at::Tensor& weight, const std::optional<at::Tensor>& bias,
                                   std::string_view attribute, c10::List<std::optional<at::Scalar>> scalars,
                                   std::optional<std::string_view> algorithm);
using LinearBinary = at::Tensor(const at::Tensor& x, const at::Tensor& other, const at::Tensor& weight,
                                const std::optional<at::Tensor>& bias, std::string_view attribute);

// The layout suits the products of four images of 257 tokens; it has little effect on others.
constexpr int64_t typical_rows = 1028;

using LinearOperators = PackedOperators<LinearReorder, LinearPointwise, LinearBinary>;

/// Nothing where this LibTorch was built without oneDNN.
const LinearOperators* linear_operators() {
  static const std::optional<LinearOperators> operators =
      LinearOperators::find("mkldnn::_reorder_linear_weight", "mkldnn::_linear_pointwise");
  return operators ? &*operators : nullptr;
}

at::Tensor packed_binary(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, const at::Tensor& other,
                         std::string_view attribute) {
  return linear_operators()->binary.call(x, other, weight, bias.defined() ? std::optional(bias) : std::nullopt,
                                         attribute);
}

constexpr int64_t vector_floats = 64;  // what LibTorch's loops take at once on the widest processor, or a multiple

/// oneDNN's own GELU costs a tenth of the product on some processors, LibTorch's a fortieth. It computes whole vectors
/// and what is left in other ways, so it is only asked where nothing can be left.
bool gelu_apart(const at::Tensor& x, int64_t width) {
  return x.scalar_type() == at::kFloat && width % vector_floats == 0;
}

/// In place, whole rows a thread: a value's bits do not depend on how many rows there are.
at::Tensor gelu_by_rows(const at::Tensor& y) {
  const at::Tensor rows = y.view({-1, y.size(-1)});
  at::parallel_for(0, rows.size(0), 16, [&](int64_t begin, int64_t end) {
    at::Tensor part = rows.narrow(0, begin, end - begin);
    at::gelu_(part);
  });
  return y;
}

}  // namespace

Linear::Linear(const at::Tensor& weight, const at::Tensor& bias, const BackboneOptions& options)
    : width_(weight.size(0)), packed_(packs_weights(options) && linear_operators()) {
  if (bias.defined()) bias_ = parameter(bias, options);
  if (packed_) {
    // no copy besides the packed one: the heap would keep the room of every block's copies
    const at::Tensor plain = weight.detach().to(scalar_type(options.precision)).contiguous();
    weight_ = linear_operators()->reorder.call(plain, c10::SymInt(typical_rows));
  } else {
    weight_ = parameter(weight, options);
  }
}

at::Tensor Linear::operator()(const at::Tensor& x, Activation activation) const {
  if (!packed_) return activated(at::linear(x, weight_, bias_), activation);
  const bool apart = activation == Activation::gelu && gelu_apart(x, width_);
  const bool fused = !apart && activation != Activation::quick_gelu;
  const std::string_view attribute = !fused                           ? "none"
                                     : activation == Activation::gelu ? "gelu"
                                     : activation == Activation::silu ? "swish"
                                                                      : "none";
  const at::Tensor y =
      linear_operators()->pointwise.call(x, weight_, bias_.defined() ? std::optional(bias_) : std::nullopt, attribute,
                                         c10::List<std::optional<at::Scalar>>(), "none");
  return apart ? gelu_by_rows(y) : fused ? y : activated(y, activation);
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
