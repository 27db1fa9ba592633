#include "core/backbones/packed_convolution.h"

#include "core/backbones/packed_operators.h"

namespace adrep {
namespace {

using Scalars = c10::List<std::optional<at::Scalar>>;
using ConvolutionReorder = at::Tensor(const at::Tensor& weight, c10::SymIntArrayRef padding, c10::SymIntArrayRef stride,
                                      c10::SymIntArrayRef dilation, c10::SymInt groups,
                                      at::OptionalSymIntArrayRef input_size);
using ConvolutionPointwise = at::Tensor(const at::Tensor& x, const at::Tensor& weight,
                                        const std::optional<at::Tensor>& bias, at::IntArrayRef padding,
                                        at::IntArrayRef stride, at::IntArrayRef dilation, int64_t groups,
                                        std::string_view attribute, Scalars scalars,
                                        std::optional<std::string_view> algorithm);
using ConvolutionBinary = at::Tensor(const at::Tensor& x, const at::Tensor& other, const at::Tensor& weight,
                                     const std::optional<at::Tensor>& bias, at::IntArrayRef padding,
                                     at::IntArrayRef stride, at::IntArrayRef dilation, int64_t groups,
                                     std::string_view binary, std::optional<at::Scalar> alpha,
                                     std::optional<std::string_view> unary, Scalars scalars,
                                     std::optional<std::string_view> algorithm);

using ConvolutionOperators = PackedOperators<ConvolutionReorder, ConvolutionPointwise, ConvolutionBinary>;

/// Nothing where this LibTorch was built without oneDNN.
const ConvolutionOperators* convolution_operators() {
  static const std::optional<ConvolutionOperators> operators =
      ConvolutionOperators::find("mkldnn::_reorder_convolution_weight", "mkldnn::_convolution_pointwise");
  return operators ? &*operators : nullptr;
}

constexpr std::array<int64_t, 2> no_dilation = {1, 1};

std::string_view attribute_of(Rectifier rectifier) {
  return rectifier == Rectifier::relu ? "relu" : rectifier == Rectifier::relu6 ? "hardtanh" : "none";
}

Scalars scalars_of(Rectifier rectifier) {
  Scalars scalars;
  if (rectifier == Rectifier::relu6) scalars = {at::Scalar(0.0), at::Scalar(6.0)};
  return scalars;
}

}  // namespace

bool PackedConvolution::available() {
  return convolution_operators() != nullptr;
}

PackedConvolution::PackedConvolution(const at::Tensor& weight, const at::Tensor& bias, int64_t stride, int64_t groups)
    : weight_(weight.contiguous(at::MemoryFormat::ChannelsLast)),
      bias_(bias),
      stride_{stride, stride},
      groups_(groups) {}

at::Tensor PackedConvolution::weight_for(const at::Tensor& x, std::array<int64_t, 2> padding) const {
  std::vector<int64_t> size = x.sizes().vec();
  size.insert(size.end(), padding.begin(), padding.end());
  const std::lock_guard lock(mutex_);
  const bool again = size == last_size_;
  last_size_ = size;
  if (size == packed_size_) return packed_;
  if (!again) return weight_;
  const auto symbolic = [](at::IntArrayRef values) { return c10::fromIntArrayRefSlow(values); };
  packed_.reset();
  packed_ = convolution_operators()->reorder.call(weight_, symbolic(padding), symbolic(stride_), symbolic(no_dilation),
                                                  groups_, symbolic(x.sizes()));
  packed_size_ = size;
  return packed_;
}

at::Tensor PackedConvolution::apply(const at::Tensor& x, std::array<int64_t, 2> padding, Rectifier rectifier) const {
  return convolution_operators()->pointwise.call(x, weight_for(x, padding), bias_, padding, stride_, no_dilation,
                                                 groups_, attribute_of(rectifier), scalars_of(rectifier), "");
}

at::Tensor PackedConvolution::plus(const at::Tensor& x, std::array<int64_t, 2> padding, const at::Tensor& other,
                                   bool relu) const {
  const std::optional<std::string_view> unary = relu ? std::optional("relu") : std::nullopt;
  return convolution_operators()->binary.call(x, other, weight_for(x, padding), bias_, padding, stride_, no_dilation,
                                              groups_, "add", at::Scalar(1.0), unary, Scalars(), "");
}

}  // namespace adrep
