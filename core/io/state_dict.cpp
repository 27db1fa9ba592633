#include "core/io/checkpoint_formats.h"
#include "core/io/damaged.h"
#include "core/io/torch_checkpoint.h"

namespace adrep {
namespace {

constexpr size_t max_objects = 1'000'000;

/// Collects a TorchScript module's tensors under dotted names.
class ModuleWalk {
 public:
  ModuleWalk(const std::filesystem::path& file, TensorMap& tensors) : file_(file), tensors_(tensors) {}

  void walk(const CheckpointValue::Module& module, const std::string& prefix) {
    // submodules that are shared are walked once for each name, so their number is not bounded by the file's size
    if (++objects_ > max_objects)
      throw_input("{}: refused: it has more than {} modules and tensors", file_.string(), max_objects);
    for (const auto& [key, value] : module.attributes) {
      if (!key.text()) damaged(file_, "a module has an attribute without name");
      const std::string name = prefix + *key.text();
      if (const auto* child = value.module()) walk(*child, name + ".");
      if (value.tensor() && ++objects_ <= max_objects) tensors_[name] = *value.tensor();
    }
  }

 private:
  const std::filesystem::path& file_;
  TensorMap& tensors_;
  size_t objects_ = 0;
};

TensorMap tensors_of(const CheckpointValue::Dict& dict, const std::filesystem::path& file) {
  TensorMap tensors;
  for (const auto& [key, value] : dict) {
    if (!key.text()) throw_input("{}: has no state dict: a key of it is no text", file.string());
    if (!value.tensor())
      throw_input(
          "{}: has no state dict: '{}' is no tensor (a dictionary of tensors is needed, or one under 'state_dict' or "
          "'model')",
          file.string(), printable(*key.text()));
    tensors[*key.text()] = *value.tensor();
  }
  return tensors;
}

}  // namespace

TensorMap read_state_dict(const std::filesystem::path& file) {
  if (checkpoint_format(MappedFile(file)) == CheckpointFormat::safetensors) return read_safetensors(file).tensors;
  const CheckpointValue checkpoint = read_torch_checkpoint(file);
  if (const auto* module = checkpoint.module()) {
    TensorMap tensors;
    ModuleWalk(file, tensors).walk(*module, "");
    return tensors;
  }
  for (const char* key : {"state_dict", "model"})
    if (const CheckpointValue* nested = checkpoint.find(key); nested && nested->dict())
      return tensors_of(*nested->dict(), file);
  if (!checkpoint.dict()) throw_input("{}: has no state dict: it is no dictionary", file.string());
  return tensors_of(*checkpoint.dict(), file);
}

}  // namespace adrep
