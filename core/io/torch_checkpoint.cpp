#include "core/io/torch_checkpoint.h"

#include "core/base/error.h"
#include "core/io/checkpoint_formats.h"

namespace adrep {
namespace {

template <class T>
const T* pointee(const decltype(CheckpointValue::value)& value) {
  const auto* pointer = std::get_if<std::shared_ptr<T>>(&value);
  return pointer ? pointer->get() : nullptr;
}

}  // namespace

const CheckpointValue::Dict* CheckpointValue::dict() const {
  return pointee<Dict>(value);
}
const CheckpointValue::List* CheckpointValue::list() const {
  return pointee<List>(value);
}
const CheckpointValue::List* CheckpointValue::tuple() const {
  const Tuple* items = pointee<Tuple>(value);
  return items ? &items->items : nullptr;
}
const CheckpointValue::Module* CheckpointValue::module() const {
  return pointee<Module>(value);
}
const at::Tensor* CheckpointValue::tensor() const {
  return std::get_if<at::Tensor>(&value);
}
const std::string* CheckpointValue::text() const {
  return std::get_if<std::string>(&value);
}

const CheckpointValue* CheckpointValue::find(const std::string& key) const {
  const Dict* entries = module() ? &module()->attributes : dict();
  if (!entries) return nullptr;
  for (const auto& [name, entry] : *entries)
    if (name.text() && *name.text() == key) return &entry;
  return nullptr;
}

CheckpointValue read_torch_checkpoint(const std::filesystem::path& file) {
  const auto mapping = std::make_shared<const MappedFile>(file);
  switch (checkpoint_format(*mapping)) {
    case CheckpointFormat::zip:
      return read_zip_checkpoint(mapping);
    case CheckpointFormat::legacy:
      return read_legacy_checkpoint(mapping);
    case CheckpointFormat::index:
      throw_input("{}: is an index of other files, where a torch checkpoint is needed", file.string());
    case CheckpointFormat::safetensors:
      break;
  }
  throw_input("{}: is a safetensors file, where a torch checkpoint is needed", file.string());
}

}  // namespace adrep
