#include "core/io/checkpoint_formats.h"
#include "core/io/damaged.h"
#include "core/io/sharded_checkpoint.h"
#include "core/io/torch_checkpoint.h"

namespace adrep {
namespace {

constexpr size_t max_attributes = 200'000;
constexpr size_t max_key_name = 1000;

/// Collects a TorchScript module's tensors under dotted names.
class ModuleWalk {
 public:
  ModuleWalk(const std::filesystem::path& file, TensorMap& tensors) : file_(file), tensors_(tensors) {}

  void walk(const CheckpointValue::Module& module, const std::string& prefix) {
    for (const auto& [key, value] : module.attributes) {
      if (!key.text()) damaged(file_, "a module has an attribute without name");
      // modules that are shared are walked once for each name, so the file's size does not bound their number
      const std::string name = prefix + *key.text();
      if (++attributes_ > max_attributes || name.size() > max_key_name)
        throw_input("{}: refused: its modules have more than {} attributes or names longer than {}", file_.string(),
                    max_attributes, max_key_name);
      if (const auto* child = value.module()) walk(*child, name + ".");
      if (value.tensor()) tensors_[name] = *value.tensor();
    }
  }

 private:
  const std::filesystem::path& file_;
  TensorMap& tensors_;
  size_t attributes_ = 0;
};

TensorMap tensors_of(const CheckpointValue::Dict& dict, const std::filesystem::path& file) {
  TensorMap tensors;
  for (const auto& [key, value] : dict) {
    if (!key.text()) throw_input("{}: has no state dict: a key of it is no text", file.string());
    if (!value.tensor())
      throw_input(
          "{}: has no state dict: '{}' is no tensor (a dictionary of tensors is needed, or one under 'state_dict', "
          "'model' or 'teacher')",
          file.string(), printable(*key.text()));
    tensors[*key.text()] = *value.tensor();
  }
  return tensors;
}

}  // namespace

TensorMap read_state_dict(const std::filesystem::path& file) {
  const CheckpointFormat format = checkpoint_format(MappedFile(file));
  if (format == CheckpointFormat::safetensors) return read_safetensors(file).tensors;
  if (format == CheckpointFormat::index) return read_shards(file);
  const CheckpointValue checkpoint = read_torch_checkpoint(file);
  if (const auto* module = checkpoint.module()) {
    TensorMap tensors;
    ModuleWalk(file, tensors).walk(*module, "");
    return tensors;
  }
  for (const char* key : {"state_dict", "model", "teacher"})
    if (const CheckpointValue* nested = checkpoint.find(key); nested && nested->dict())
      return tensors_of(*nested->dict(), file);
  if (!checkpoint.dict()) throw_input("{}: has no state dict: it is no dictionary", file.string());
  return tensors_of(*checkpoint.dict(), file);
}

}  // namespace adrep
