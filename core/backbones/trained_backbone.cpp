#include "core/backbones/trained_backbone.h"

#include <ATen/core/grad_mode.h>
#include <fmt/ranges.h>

#include "core/base/hash.h"
#include "core/io/checkpoint_formats.h"
#include "core/io/damaged.h"

namespace adrep {
namespace {

constexpr const char *name_key = "adrep_trained_backbone", *base_key = "base_sha256";

/// A backbone whose parameters came from elsewhere than its weights file.
class ChangedBackbone final : public Backbone {
 public:
  ChangedBackbone(std::unique_ptr<Backbone> inner, BackboneInfo info)
      : inner_(std::move(inner)), info_(std::move(info)) {}
  const BackboneInfo& info() const override { return info_; }
  std::vector<LevelShape> shapes(int64_t height, int64_t width) const override { return inner_->shapes(height, width); }
  double flops(int64_t height, int64_t width) const override { return inner_->flops(height, width); }
  Levels forward(const at::Tensor& images) const override {
    const at::NoGradGuard frozen;
    return inner_->forward(images);
  }

 private:
  std::unique_ptr<Backbone> inner_;
  BackboneInfo info_;
};

TrainedBackbone read_trained_backbone(const std::filesystem::path& file) {
  Safetensors content = read_safetensors(file);
  const auto name = content.metadata.find(name_key), base = content.metadata.find(base_key);
  if (name == content.metadata.end() || base == content.metadata.end())
    damaged(file, "its metadata lacks '{}' or '{}'", name_key, base_key);
  return {name->second, base->second, std::move(content.tensors)};
}

}  // namespace

void write_trained_backbone(const std::filesystem::path& file, const TrainedBackbone& trained) {
  TensorMap parameters;
  for (const auto& [key, parameter] : trained.parameters) parameters[key] = parameter.detach().to(at::kFloat);
  write_safetensors(file, parameters, {{name_key, trained.name}, {base_key, trained.base_sha256}});
}

void set_parameters(const TensorMap& parameters, const TensorMap& values, const std::string& source) {
  std::vector<std::string> wrong;
  for (const auto& [key, parameter] : parameters) {
    const auto place = values.find(key);
    if (place == values.end())
      wrong.push_back(fmt::format("missing '{}'", key));
    else if (place->second.sizes() != parameter.sizes() || !place->second.is_floating_point())
      wrong.push_back(fmt::format("'{}' is [{}], not [{}]", key, fmt::join(place->second.sizes(), ", "),
                                  fmt::join(parameter.sizes(), ", ")));
  }
  for (const auto& [key, value] : values)
    if (!parameters.contains(key)) wrong.push_back(fmt::format("unknown '{}'", printable(key)));
  if (!wrong.empty()) throw_input("{}: not of this backbone: {}", source, fmt::join(wrong, "; "));
  const at::NoGradGuard no_grad;
  for (const auto& [key, parameter] : parameters) at::Tensor(parameter).copy_(values.at(key));
}

bool is_trained_backbone(const std::filesystem::path& file) {
  return checkpoint_format(MappedFile(file)) == CheckpointFormat::safetensors &&
         read_safetensors(file).metadata.contains(name_key);
}

std::unique_ptr<Backbone> load_trained_backbone(const BackboneEntry& entry, const std::filesystem::path& file,
                                                const BackboneOptions& options) {
  const TrainedBackbone trained = read_trained_backbone(file);
  if (trained.name != entry.name)
    throw_input("{}: a trained {}, not {}", file.string(), printable(trained.name), entry.name);
  const std::filesystem::path base = find_weights(entry, {});
  BackboneOptions trainable = options;
  trainable.trainable = true;  // only then its parameters are there by name
  std::unique_ptr<Backbone> backbone = entry.load(base, trainable);
  if (backbone->info().weights_sha256 != trained.base_sha256)
    throw_input("{}: it was trained from weights with SHA-256 {}, and {} has {}", file.string(),
                printable(trained.base_sha256), base.string(), backbone->info().weights_sha256);
  set_parameters(backbone->trainable_parameters(), trained.parameters, file.string());
  BackboneInfo info = backbone->info();
  info.weights_file = file;
  info.weights_sha256 = sha256_of_file(file);
  return std::make_unique<ChangedBackbone>(std::move(backbone), std::move(info));
}

}  // namespace adrep
