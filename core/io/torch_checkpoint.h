#pragma once
#include <ATen/ATen.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "core/io/safetensors.h"

namespace adrep {

/// A value of a checkpoint. Dictionaries keep their order. Attributes of an OrderedDict (`_metadata`) are dropped.
struct CheckpointValue {
  using List = std::vector<CheckpointValue>;
  using Dict = std::vector<std::pair<CheckpointValue, CheckpointValue>>;
  struct Tuple { List items; };
  struct Bytes { std::string data; };
  std::variant<std::monostate, bool, int64_t, double, std::string, Bytes, at::Tensor, std::shared_ptr<List>,
               std::shared_ptr<Tuple>, std::shared_ptr<Dict>>
      value;

  bool is_none() const { return std::holds_alternative<std::monostate>(value); }
  const Dict* dict() const;
  const List* list() const;
  const at::Tensor* tensor() const;
  /// The entry of a dictionary with this text key, or nullptr.
  const CheckpointValue* find(const std::string& key) const;
};

/// Reads a torch.save file (zip or legacy format) as data: tensors, containers, strings and numbers. Nothing is
/// executed; only the globals that real checkpoints need are known, any other is refused by name; sizes are bounded by
/// the file. Throws InputError naming the file and what is wrong.
CheckpointValue read_torch_checkpoint(const std::filesystem::path& file);

/// The tensors of a state dict: a dictionary of tensors, or one under "state_dict" or "model". Throws InputError else.
TensorMap read_state_dict(const std::filesystem::path& file);

}  // namespace adrep
