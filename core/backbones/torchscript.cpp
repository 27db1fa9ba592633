#include "core/backbones/torchscript.h"

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/import.h>

#include "core/backbones/input_normalisation.h"
#include "core/base/failure.h"
#include "core/base/hash.h"

namespace adrep {
namespace {

/// Why LibTorch refused the file. Out of memory is not the file's fault and is thrown on.
std::string refusal() {
  const Failure failure = current_failure();
  if (failure.out_of_memory) throw;
  return failure.line;
}

/// Three numbers, from a list, a tuple or a tensor.
std::array<double, 3> three_numbers(const c10::IValue& value, const std::string& what) {
  std::vector<double> numbers;
  if (value.isTensor()) {
    const at::Tensor flat = value.toTensor().to(at::kCPU, at::kDouble).flatten().contiguous();
    numbers.assign(flat.const_data_ptr<double>(), flat.const_data_ptr<double>() + flat.numel());
  } else if (value.isDoubleList()) {
    numbers = value.toDoubleVector();
  } else if (value.isTuple()) {
    for (const c10::IValue& element : value.toTupleRef().elements())
      if (element.isDouble()) numbers.push_back(element.toDouble());
  }
  if (numbers.size() != 3) throw_input("{}: expected three numbers", what);
  return {numbers[0], numbers[1], numbers[2]};
}

std::vector<at::Tensor> tensors_of(const c10::IValue& output, const std::string& file) {
  std::vector<at::Tensor> tensors;
  if (output.isTensor()) {
    tensors.push_back(output.toTensor());
  } else if (output.isTensorList()) {
    tensors = output.toTensorVector();
  } else if (output.isTuple()) {
    for (const c10::IValue& element : output.toTupleRef().elements())
      if (element.isTensor()) tensors.push_back(element.toTensor());
  }
  for (const at::Tensor& tensor : tensors)
    if (tensor.dim() != 4) tensors.clear();
  if (tensors.empty())
    throw_input("{}: its output must be a tensor, or a tuple or list of tensors, [B, C, H, W]", file);
  return tensors;
}

}  // namespace

struct TorchScriptBackbone::Module {
  torch::jit::Module script;
};

TorchScriptBackbone::TorchScriptBackbone(BackboneInfo info, const BackboneOptions& options)
    : info_(std::move(info)), options_(options), module_(std::make_unique<Module>()) {
  const std::string file = info_.weights_file.string();
  try {
    module_->script = torch::jit::load(file, options.device);
  } catch (const c10::Error&) {
    throw_input("{}: not a TorchScript archive (torch.jit.save): {}", file, refusal());
  }
  module_->script.eval();
  module_->script.to(scalar_type(options.precision));
  for (const at::Tensor& parameter : module_->script.parameters()) {
    info_.parameters += parameter.numel();
    parameter.requires_grad_(options.trainable);
  }
  info_.precision = options.precision;
  read_normalisation();
}

TorchScriptBackbone::~TorchScriptBackbone() = default;

void TorchScriptBackbone::read_normalisation() {
  info_.mean = imagenet_mean, info_.std = imagenet_std;
  const std::string file = info_.weights_file.string();
  if (module_->script.hasattr("mean")) info_.mean = three_numbers(module_->script.attr("mean"), file + ": mean");
  if (module_->script.hasattr("std")) info_.std = three_numbers(module_->script.attr("std"), file + ": std");
}

Levels TorchScriptBackbone::forward(const at::Tensor& images) const {
  const at::AutoGradMode gradients(options_.trainable && at::GradMode::is_enabled());
  const at::Tensor x = images.to(at::TensorOptions(options_.device).dtype(scalar_type(options_.precision)));
  c10::IValue output;
  try {
    output = module_->script.forward({x});
  } catch (const std::exception&) {  // a script's own errors are no c10::Error
    throw_input("{}: the script failed on images [{}, {}, {}, {}]: {}", info_.weights_file.string(), x.size(0),
                x.size(1), x.size(2), x.size(3), refusal());
  }
  Levels levels{{}, images.size(3)};
  for (const at::Tensor& tensor : tensors_of(output, info_.weights_file.string()))
    levels.maps.push_back(tensor.to(at::kFloat));
  return levels;
}

std::vector<LevelShape> TorchScriptBackbone::shapes(int64_t height, int64_t width) const {
  const at::NoGradGuard no_grad;
  std::vector<LevelShape> shapes;
  for (const at::Tensor& map : forward(at::zeros({1, 3, height, width})).maps)
    shapes.push_back({map.size(1), map.size(2), map.size(3)});
  return shapes;
}

double TorchScriptBackbone::flops(int64_t, int64_t) const {
  return 0;
}

TensorMap TorchScriptBackbone::trainable_parameters() const {
  TensorMap parameters;
  if (options_.trainable)
    for (const auto& parameter : module_->script.named_parameters()) parameters[parameter.name] = parameter.value;
  return parameters;
}

ADREP_BACKBONE({
    .name = "torchscript:FILE",
    .doc = "any network saved by torch.jit.save; levels in the order of its outputs. Its code is run: trust the file",
    .load = [](const std::filesystem::path& file, const BackboneOptions& options) -> std::unique_ptr<Backbone> {
      BackboneInfo info;
      info.name = "torchscript";
      info.weights_file = file;
      info.weights_sha256 = sha256_of_file(file);
      return std::make_unique<TorchScriptBackbone>(std::move(info), options);
    },
});

}  // namespace adrep
