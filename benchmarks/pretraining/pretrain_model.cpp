#include "benchmarks/pretraining/pretrain_model.h"

#include <nlohmann/json.hpp>

#include "core/backbones/trained_backbone.h"
#include "core/backbones/weights_in_use.h"
#include "core/base/device.h"
#include "core/base/hash.h"
#include "core/io/tensor_parts.h"

namespace adrep {
namespace {

constexpr const char* backbone_prefix = "backbone/";

std::unique_ptr<Backbone> loaded_backbone(const PretrainSettings& settings) {
  check_image_sides(settings.backbone, settings.weights, settings, settings.crop, settings.crop);
  const at::Device device = open_device(settings.device);
  if (!settings.train_backbone)
    return load_backbone(settings.backbone, settings.weights, device, settings.precision, settings);
  const BackboneEntry entry = find_backbone(settings.backbone);
  return entry.load(find_weights(entry, settings.weights), {.device = device, .trainable = true, .vit = settings});
}

}  // namespace

std::string settings_text(const PretrainConfig& config) {
  nlohmann::json settings = nlohmann::json::object();
  for (const auto& [key, value] : all_values(config))
    if (key != "data" && key != "weights" && key != "output" && key != "validation.data")
      settings[key] = to_text(value);
  return settings.dump();
}

PretrainModel::PretrainModel(const PretrainConfig& config)
    : config_(config), backbone_(loaded_backbone(config.settings)) {
  for (const LevelShape& shape : backbone_->shapes(config.settings.crop, config.settings.crop))
    channels_.push_back(shape.channels);
}

int64_t PretrainModel::trained_parameters() const {
  int64_t count = 0;
  for (const auto& [key, parameter] : backbone_->trainable_parameters()) count += parameter.numel();
  for (const auto& [key, weight] : initial_projector(config_.step.projector, channels_, 0)) count += weight.numel();
  return count;
}

void PretrainModel::start(const TensorMap* weights, const TensorMap* optimiser, const std::string& source) {
  const at::Device device = open_device(config_.settings.device);
  const TensorMap trained = backbone_->trainable_parameters();
  if (weights) {
    projector_.clear();
    for (const auto& [key, weight] : *weights)
      if (!key.starts_with(backbone_prefix)) projector_[key] = weight;
    set_parameters(trained, tensors_below(*weights, backbone_prefix), source);
  } else {
    projector_ = initial_projector(config_.step.projector, channels_, static_cast<uint64_t>(config_.settings.seed));
  }
  check_projector_weights(projector_, config_.step.projector, channels_, source);
  TensorMap all;
  for (auto& [key, weight] : projector_) {
    weight = weight.to(at::TensorOptions(device).dtype(at::kFloat), false, /*copy=*/true).requires_grad_();
    all[key] = weight;
  }
  for (const auto& [key, parameter] : trained) all[backbone_prefix + key] = parameter;
  adam_ = std::make_unique<Adam>(all, AdamParams{.weight_decay = config_.settings.weight_decay});
  if (optimiser) adam_->load(*optimiser, source);
}

void PretrainModel::write(const std::filesystem::path& file, ProjectorCheckpoint checkpoint) const {
  checkpoint.params = config_.step.projector;
  checkpoint.channels = channels_;
  for (const auto& [key, weight] : projector_) checkpoint.weights[key] = weight.detach();
  checkpoint.residual = config_.step.residual;
  checkpoint.backbone = backbone_->info().name;
  checkpoint.backbone_sha256 = backbone_->info().weights_sha256;
  checkpoint.settings = settings_text(config_);
  if (config_.settings.train_backbone) {
    const std::filesystem::path beside = trained_backbone_file(file);
    write_trained_backbone(beside,
                           {checkpoint.backbone, checkpoint.backbone_sha256, backbone_->trainable_parameters()});
    checkpoint.trained_backbone_sha256 = sha256_of_file(beside);
  }
  if (file.extension() == ".pth")
    write_published_projector(file, checkpoint);
  else
    write_projector_checkpoint(file, checkpoint);
}

}  // namespace adrep
