#include "core/backbones/vision_transformer.h"

#include <ATen/core/grad_mode.h>

#include "core/backbones/normalisation_choice.h"
#include "core/backbones/parameter.h"
#include "core/backbones/weights_in_use.h"
#include "core/io/mapped_file.h"
#include "core/io/sharded_checkpoint.h"
#include "core/io/torch_checkpoint.h"

namespace adrep {
namespace {

/// [D, 3, P, P] or [D, 3, F, P, P] -> [D, 3·P·P]. The frames of a still image are equal, so their kernels add up.
at::Tensor patch_matrix(const at::Tensor& kernel, int64_t frames) {
  const at::Tensor exact = kernel.to(at::kFloat);
  return (frames > 1 ? exact.sum(2) : exact).flatten(1);
}

/// Pages of the weights file that were read for a block are given back before the next block is.
void release(const VitBlockWeights& block) {
  std::vector<WeightAndBias> layers = {block.norm1, block.norm2, block.out, block.fc1, block.fc2};
  layers.insert(layers.end(), block.attention.begin(), block.attention.end());
  for (const WeightAndBias& layer : layers) {
    release_pages({static_cast<const char*>(layer.weight.data_ptr()), layer.weight.nbytes()});
    release_pages({static_cast<const char*>(layer.bias.data_ptr()), layer.bias.nbytes()});
  }
}

Activation activation_named(const std::string& name) {
  return name == "quick_gelu" ? Activation::quick_gelu : Activation::gelu;
}

}  // namespace

VisionTransformer::VisionTransformer(VitWeights weights, VitArchitecture architecture, BackboneInfo info,
                                     const BackboneOptions& options)
    : architecture_(std::move(architecture)),
      info_(std::move(info)),
      options_(options),
      patch_(patch_matrix(weights.patch.weight, architecture_.frames), weights.patch.bias, options),
      class_token_(parameter(weights.class_token, options)),
      class_position_(parameter(weights.position.narrow(0, 0, 1), options)),
      position_(weights.position.narrow(0, 1, weights.position.size(0) - 1), architecture_.position, options) {
  if (architecture_.registers > 0) registers_ = parameter(weights.registers, options);
  if (architecture_.pre_norm) pre_norm_ = Normalisation(weights.pre_norm, architecture_.norm_eps, options);
  blocks_.reserve(weights.blocks.size());
  for (VitBlockWeights& block : weights.blocks) {
    blocks_.emplace_back(block, architecture_, options);
    release(block);
    block = {};
  }
  info_.parameters = weights.parameters;
  info_.precision = options.precision;
}

std::vector<LevelShape> VisionTransformer::shapes(int64_t height, int64_t width) const {
  require_whole_patches(height, width, architecture_.patch, info_.name);
  return architecture_.shapes(height, width);
}

double VisionTransformer::flops(int64_t height, int64_t width) const {
  require_whole_patches(height, width, architecture_.patch, info_.name);
  return architecture_.flops(height, width);
}

at::Tensor VisionTransformer::embedded(const at::Tensor& images) const {
  const int64_t batch = images.size(0), size = architecture_.patch, width = architecture_.width;
  const LevelShape grid = shapes(images.size(2), images.size(3)).front();
  const at::Tensor pixels = images.to(class_token_.options().requires_grad(false));
  const at::Tensor patches = pixels.reshape({batch, 3, grid.height, size, grid.width, size})
                                 .permute({0, 2, 4, 1, 3, 5})
                                 .reshape({batch, grid.positions(), 3 * size * size});
  const at::Tensor position = position_.on_grid(grid.height, grid.width).to(class_token_.scalar_type());
  std::vector<at::Tensor> prefix = {class_token_ + class_position_};
  if (registers_.defined()) prefix.push_back(registers_);
  const at::Tensor first = at::cat(prefix).expand({batch, prefix_tokens(), width});
  if (options_.trainable) return at::cat({first, patch_(patches) + position}, 1);
  at::Tensor tokens = at::empty({batch, prefix_tokens() + grid.positions(), width}, class_token_.options());
  tokens.narrow(1, 0, prefix_tokens()).copy_(first);
  at::Tensor rest = tokens.narrow(1, prefix_tokens(), grid.positions());
  at::add_out(rest, patch_(patches), position);
  return tokens;
}

Levels VisionTransformer::forward(const at::Tensor& images) const {
  const at::AutoGradMode gradients(options_.trainable && at::GradMode::is_enabled());
  const LevelShape grid = shapes(images.size(2), images.size(3)).front();
  Levels levels{{}, images.size(3)};
  at::Tensor tokens = embedded(images);
  if (architecture_.pre_norm) tokens = pre_norm_(tokens);
  for (size_t b = 0; b < blocks_.size(); ++b) {
    tokens = blocks_[b](tokens);
    if (static_cast<int64_t>(b) + 1 == architecture_.layers[levels.maps.size()])
      levels.maps.push_back(tokens.narrow(1, prefix_tokens(), grid.positions())
                                .transpose(1, 2)
                                .unflatten(2, {grid.height, grid.width})
                                .to(at::kFloat));
  }
  return levels;
}

bool VisionTransformer::batch_invariant() const {
  // attention's products can depend on where a vector lies; with whole cache lines it lies alike in every image
  return patch_.packed() && architecture_.width % 16 == 0;
}

TensorMap VisionTransformer::trainable_parameters() const {
  TensorMap parameters;
  if (!options_.trainable) return parameters;
  patch_.add_parameters("patch", parameters);
  parameters["class_token"] = class_token_;
  parameters["class_position"] = class_position_;
  parameters["position"] = position_.trained();
  if (registers_.defined()) parameters["registers"] = registers_;
  if (architecture_.pre_norm) pre_norm_.add_parameters("pre_norm", parameters);
  for (size_t b = 0; b < blocks_.size(); ++b) blocks_[b].add_parameters(fmt::format("blocks.{}.", b), parameters);
  return parameters;
}

std::unique_ptr<Backbone> load_vision_transformer(const VitArchitecture& architecture,
                                                  const std::filesystem::path& file, const BackboneOptions& options) {
  const std::string sha256 = hash_of_weights(file);
  const VitOutline outline = architecture.outline();
  NormalisationChoice normalisation = choose_normalisation(outline, file, sha256, options.vit);
  BackboneInfo info{.name = architecture.name,
                    .weights_file = file,
                    .weights_sha256 = sha256,
                    .mean = normalisation.values.mean,
                    .std = normalisation.values.std,
                    .normalisation_from = std::move(normalisation.why),
                    .usual_normalisation = normalisation.usual,
                    .activation = choose_activation(outline, file, sha256, options.vit.weights_activation)};
  VitArchitecture chosen = architecture;
  if (!architecture.gated) chosen.activation = activation_named(info.activation.name);
  return std::make_unique<VisionTransformer>(take_vit_weights(read_state_dict(file), file.string(), chosen), chosen,
                                             std::move(info), options);
}

}  // namespace adrep
