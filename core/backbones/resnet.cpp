#include "core/backbones/resnet.h"

#include <ATen/core/grad_mode.h>

#include "core/backbones/input_normalisation.h"
#include "core/backbones/key_prefixes.h"
#include "core/io/sharded_checkpoint.h"
#include "core/io/torch_checkpoint.h"

namespace adrep {
namespace {

constexpr int64_t resnet_stem_channels = 64;
int64_t half(int64_t side) {
  return (side + 1) / 2;
}

}  // namespace

std::vector<LevelShape> ResNetSpec::shapes(int64_t height, int64_t width) const {
  height = half(half(height)), width = half(half(width));
  std::vector<LevelShape> levels;
  for (int64_t s = 0; s < static_cast<int64_t>(blocks.size()); ++s) {
    if (s > 0) height = half(height), width = half(width);
    levels.push_back({channels(s), height, width});
  }
  return levels;
}

ResNet::ResNet(const TensorMap& weights, ResNetSpec spec, BackboneInfo info, const BackboneOptions& options)
    : spec_(std::move(spec)), info_(std::move(info)), options_(options) {
  WeightTaker taker(weights, info_.weights_file.string(), info_.name);
  taker.ignore_prefixes({"fc."});
  taker.ignore_suffixes({"num_batches_tracked"});
  for (auto stage = static_cast<int64_t>(spec_.blocks.size()); stage < 4; ++stage)
    taker.ignore_prefixes({fmt::format("layer{}.", stage + 1)});
  stem_ = FoldedConvolution(taker, {"conv1", "bn1", {resnet_stem_channels, 3, 7, 7}, 2}, options);
  int64_t in = resnet_stem_channels;
  for (int64_t s = 0; s < static_cast<int64_t>(spec_.blocks.size()); ++s) {
    std::vector<Block> stage;
    for (int64_t b = 0; b < spec_.blocks[static_cast<size_t>(s)]; ++b) {
      const int64_t stride = s > 0 && b == 0 ? 2 : 1;
      stage.push_back(make_block(taker, fmt::format("layer{}.{}.", s + 1, b), in, int64_t{64} << s, stride));
      in = spec_.channels(s);
    }
    stages_.push_back(std::move(stage));
  }
  taker.finish();
  info_.parameters = taker.parameters();
  info_.precision = options.precision;
}

ResNet::Block ResNet::make_block(WeightTaker& weights, const std::string& name, int64_t in, int64_t width,
                                 int64_t stride) const {
  Block block;
  const auto add = [&](int64_t number, int64_t out, int64_t from, int64_t kernel, int64_t step) {
    block.convolutions.emplace_back(weights,
                                    FoldedConvolution::Spec{fmt::format("{}conv{}", name, number),
                                                            fmt::format("{}bn{}", name, number),
                                                            {out, from, kernel, kernel},
                                                            step},
                                    options_);
  };
  const int64_t out = spec_.bottleneck ? 4 * width : width;
  if (spec_.bottleneck) {
    const int64_t inner = width * spec_.inner_factor;
    add(1, inner, in, 1, 1);
    add(2, inner, inner, 3, stride);
    add(3, out, inner, 1, 1);
  } else {
    add(1, out, in, 3, stride);
    add(2, out, out, 3, 1);
  }
  if (stride != 1 || in != out)
    block.shortcut.emplace_back(
        weights, FoldedConvolution::Spec{name + "downsample.0", name + "downsample.1", {out, in, 1, 1}, stride},
        options_);
  return block;
}

at::Tensor ResNet::stem(const at::Tensor& images) const {
  const at::Tensor x = images.to(at::TensorOptions(options_.device).dtype(scalar_type(options_.precision)))
                           .contiguous(at::MemoryFormat::ChannelsLast);
  return at::max_pool2d(stem_.apply(x, {3, 3}, Rectifier::relu), 3, 2, 1);
}

at::Tensor ResNet::run(const Block& block, const at::Tensor& x) const {
  const at::Tensor shortcut = block.shortcut.empty() ? x : block.shortcut[0].apply(x, {0, 0}, Rectifier::none);
  const auto padding = [](const FoldedConvolution& convolution) -> std::array<int64_t, 2> {
    return {convolution.kernel() / 2, convolution.kernel() / 2};
  };
  at::Tensor y = x;
  for (size_t c = 0; c + 1 < block.convolutions.size(); ++c)
    y = block.convolutions[c].apply(y, padding(block.convolutions[c]), Rectifier::relu);
  const FoldedConvolution& last = block.convolutions.back();
  return last.plus(y, padding(last), shortcut, true);
}

Levels ResNet::forward(const at::Tensor& images) const {
  const at::AutoGradMode gradients(options_.trainable && at::GradMode::is_enabled());
  Levels levels{{}, images.size(3)};
  at::Tensor x = stem(images);
  for (const std::vector<Block>& stage : stages_) {
    for (const Block& block : stage) x = run(block, x);
    levels.maps.push_back(x.to(at::kFloat));
  }
  return levels;
}

std::vector<LevelShape> ResNet::shapes(int64_t height, int64_t width) const {
  if (std::min(height, width) < 32)
    throw_input("images of {}x{}: {} needs at least 32 pixels (image.crop)", height, width, info_.name);
  return spec_.shapes(height, width);
}

double ResNet::flops(int64_t height, int64_t width) const {
  height = half(height), width = half(width);
  auto total = 2.0 * static_cast<double>(stem_.elements() * height * width);
  height = half(height), width = half(width);
  for (const std::vector<Block>& stage : stages_)
    for (const Block& block : stage) {
      for (const FoldedConvolution& convolution : block.convolutions) {
        if (convolution.stride() == 2) height = half(height), width = half(width);
        total += 2.0 * static_cast<double>(convolution.elements() * height * width);
      }
      for (const FoldedConvolution& shortcut : block.shortcut)
        total += 2.0 * static_cast<double>(shortcut.elements() * height * width);
    }
  return total;
}

bool ResNet::batch_invariant() const {
  return stem_.packed();
}

TensorMap ResNet::trainable_parameters() const {
  TensorMap parameters;
  stem_.add_trainable(parameters);
  for (const std::vector<Block>& stage : stages_)
    for (const Block& block : stage) {
      for (const FoldedConvolution& convolution : block.convolutions) convolution.add_trainable(parameters);
      for (const FoldedConvolution& convolution : block.shortcut) convolution.add_trainable(parameters);
    }
  return parameters;
}

namespace {

/// The entry of one of torchvision's ResNets.
BackboneEntry resnet(std::string name, std::string doc, std::string file, std::string size, const ResNetSpec& spec) {
  BackboneEntry entry;
  entry.name = name;
  entry.doc = std::move(doc);
  entry.weights_name = std::move(file);
  entry.weights_size = std::move(size);
  entry.weights_page = "torchvision's models (ImageNet weights, version 1)";
  entry.licence = "BSD-3-Clause (torchvision)";
  entry.mean = imagenet_mean, entry.std = imagenet_std;
  entry.pass_bytes_per_pixel = 320;
  entry.shapes = [spec](int64_t side) { return spec.shapes(side, side); };
  entry.load = [name, spec](const std::filesystem::path& weights,
                            const BackboneOptions& options) -> std::unique_ptr<Backbone> {
    BackboneInfo info{.name = name,
                      .weights_file = weights,
                      .weights_sha256 = hash_of_weights(weights),
                      .mean = imagenet_mean,
                      .std = imagenet_std};
    return std::make_unique<ResNet>(without_prefix(read_state_dict(weights), {"conv1.weight"}, weights.string()), spec,
                                    std::move(info), options);
  };
  return entry;
}

[[maybe_unused]] const BackboneEntry* registered_resnets[] = {
    &BackboneRegistry::instance().add(
        resnet("resnet18", "ResNet-18, ImageNet", "resnet18-f37072fd.pth", "47 MB", {{2, 2, 2, 2}})),
    &BackboneRegistry::instance().add(
        resnet("resnet50", "ResNet-50, ImageNet", "resnet50-0676ba61.pth", "103 MB", {{3, 4, 6, 3}, true})),
    &BackboneRegistry::instance().add(resnet("wide_resnet50_2",
                                             "WideResNet-50-2, ImageNet: PatchCore's and PaDiM's usual backbone",
                                             "wide_resnet50_2-95faca4d.pth", "138 MB", {{3, 4, 6, 3}, true, 2})),
};

}  // namespace
}  // namespace adrep
