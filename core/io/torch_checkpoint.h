#pragma once
#include <ATen/ATen.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/io/safetensors.h"

namespace adrep {

/// A value of a checkpoint. Dictionaries keep their order. Attributes of an OrderedDict (`_metadata`) are dropped.
struct CheckpointValue {
  using List = std::vector<CheckpointValue>;
  using Dict = std::vector<std::pair<CheckpointValue, CheckpointValue>>;
  struct Tuple {
    List items;
  };
  struct Bytes {
    std::string data;
  };
  /// An object of a TorchScript class: its name ("__torch__.model.CLIP") and its attributes.
  struct Module {
    std::string type;
    Dict attributes;
  };
  std::variant<std::monostate, bool, int64_t, double, std::string, Bytes, at::Tensor, std::shared_ptr<List>,
               std::shared_ptr<Tuple>, std::shared_ptr<Dict>, std::shared_ptr<Module>>
      value;

  bool is_none() const { return std::holds_alternative<std::monostate>(value); }
  const Dict* dict() const;
  const List* list() const;
  const List* tuple() const;
  const Module* module() const;
  const at::Tensor* tensor() const;
  const std::string* text() const;
  /// The entry of a dictionary or the attribute of a module with this name, or nullptr.
  const CheckpointValue* find(const std::string& key) const;
};

/// Reads a torch.save file (zip or legacy format) or a TorchScript archive as data: tensors, containers, strings and
/// numbers. Nothing is executed; only the globals that real checkpoints need are known, any other is refused by name;
/// sizes are bounded by the file. Tensors lie on the memory-mapped file where it is aligned for them; tensors that
/// shared a storage when saved share it here. Throws InputError naming the file and what is wrong.
CheckpointValue read_torch_checkpoint(const std::filesystem::path& file);

/// The tensors of a state dict: a dictionary of tensors, or one under "state_dict", "model" or "teacher"; the
/// parameters and buffers of a TorchScript archive under dotted names ("visual.conv1.weight"); a safetensors file; the
/// index of several files (sharded_checkpoint.h). The content decides, not the file's name. Throws InputError else.
TensorMap read_state_dict(const std::filesystem::path& file);

}  // namespace adrep
