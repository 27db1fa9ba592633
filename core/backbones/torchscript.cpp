#include "core/backbones/torchscript.h"

#include <fmt/ranges.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/import.h>

#include "core/backbones/input_normalisation.h"
#include "core/base/failure.h"
#include "core/base/hash.h"
#include "core/io/exported_program.h"

namespace adrep {
namespace {

/// Why LibTorch refused the file. Out of memory is not the file's fault and is thrown on.
std::string refusal() {
  const Failure failure = current_failure();
  if (failure.out_of_memory) throw;
  return failure.line;
}

/// The same of a script's own failure, whose text is a trace of its code: the line of its Python exception.
std::string script_refusal() {
  const std::string first = refusal();
  try {
    throw;
  } catch (const std::exception& error) {
    const std::string text = error.what();
    const size_t place = text.rfind("\nRuntimeError: ");
    return place == std::string::npos ? first : text.substr(place + 1, text.find('\n', place + 1) - place - 1);
  }
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
    if (is_exported_program(file)) throw_input("{}: {}", file, exported_program_advice());
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
  std::vector<std::string> missing;
  for (const auto& [name, numbers] : {std::pair{"mean", &info_.mean}, {"std", &info_.std}}) {
    if (module_->script.hasattr(name))
      *numbers = three_numbers(module_->script.attr(name), fmt::format("{}: {}", file, name));
    else
      missing.emplace_back(name);
  }
  info_.normalisation_from =
      missing.empty() ? "the script's own"
                      : fmt::format(
                            "ImageNet's {0}: the script has no {0}; torch.jit.trace keeps these only as buffers, "
                            "torch.jit.freeze only with preserved_attrs=['mean', 'std']",
                            fmt::join(missing, " and "));
}

bool TorchScriptBackbone::takes(int64_t side) const {
  try {
    static_cast<void>(forward(at::zeros({1, 3, side, side})));
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

void TorchScriptBackbone::explain_failure(int64_t height, int64_t width) const {
  const std::string file = info_.weights_file.string();
  if (options_.precision != Precision::fp32 && height == width) {
    BackboneOptions exact = options_;
    exact.precision = Precision::fp32;
    if (TorchScriptBackbone(info_, exact).takes(height))
      throw_input(
          "{}: the script fails in {} and not in fp32: torch.jit.freeze and torch.jit.trace keep numbers in the type "
          "that they were saved in: use precision=fp32, or save it unfrozen",
          file, precision_name(options_.precision));
  }
  for (const int64_t side : {224, 256, 336, 384, 448, 512, 518, 128, 64, 32})
    if ((side != height || side != width) && takes(side))
      throw_input(
          "{0}: the script takes images of {1}x{1} and not of {2}x{3}: torch.jit.trace may have fixed it to a size: "
          "set image.crop={1}, or save it for {2}x{3}",
          file, side, height, width);
}

Levels TorchScriptBackbone::forward(const at::Tensor& images) const {
  const at::AutoGradMode gradients(options_.trainable && at::GradMode::is_enabled());
  const at::Tensor x = images.to(at::TensorOptions(options_.device).dtype(scalar_type(options_.precision)));
  c10::IValue output;
  try {
    output = module_->script.forward({x});
  } catch (const std::exception&) {  // a script's own errors are no c10::Error
    throw_input("{}: the script failed on images [{}, {}, {}, {}]: {}", info_.weights_file.string(), x.size(0),
                x.size(1), x.size(2), x.size(3), script_refusal());
  }
  Levels levels{{}, images.size(3)};
  for (const at::Tensor& tensor : tensors_of(output, info_.weights_file.string()))
    levels.maps.push_back(tensor.to(at::kFloat));
  return levels;
}

std::vector<LevelShape> TorchScriptBackbone::shapes(int64_t height, int64_t width) const {
  const at::NoGradGuard no_grad;
  std::vector<LevelShape> shapes;
  try {
    for (const at::Tensor& map : forward(at::zeros({1, 3, height, width})).maps)
      shapes.push_back({map.size(1), map.size(2), map.size(3)});
  } catch (const InputError&) {
    explain_failure(height, width);
    throw;
  }
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
