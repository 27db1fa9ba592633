#include "core/io/checkpoint_objects.h"

#include <set>
#include <unordered_map>

#include "core/io/damaged.h"
#include "core/io/numpy_scalar.h"

namespace adrep {
namespace {

constexpr int max_object_depth = 100;
constexpr uint64_t max_text = uint64_t{256} << 20;

bool is(const pickle::Global& global, std::string_view module, std::string_view name) {
  return global.module == module && global.name == name;
}
bool is_ordered_dict(const pickle::Global& global) {
  return is(global, "collections", "OrderedDict");
}
bool is_tensor(const pickle::Global& global) {
  return is(global, "torch._utils", "_rebuild_tensor_v2");
}
bool is_parameter(const pickle::Global& global) {
  return is(global, "torch._utils", "_rebuild_parameter");
}
bool is_torchscript_class(const pickle::Global& global) {
  return global.module == "__torch__" || global.module.starts_with("__torch__.");
}

class Converter {
 public:
  Converter(TensorStorages& storages, const std::filesystem::path& file) : storages_(storages), file_(file) {}

  CheckpointValue convert(const pickle::Value& value) {
    return std::visit([this](const auto& content) { return plain(content); }, value);
  }

 private:
  CheckpointValue plain(std::monostate) { return {}; }
  CheckpointValue plain(bool value) { return {value}; }
  CheckpointValue plain(int64_t value) { return {value}; }
  CheckpointValue plain(double value) { return {value}; }
  CheckpointValue plain(const std::string* text) { return {counted(*text)}; }
  CheckpointValue plain(const pickle::Bytes* bytes) { return {CheckpointValue::Bytes{counted(bytes->data)}}; }
  CheckpointValue plain(const pickle::Global* global) {
    throw_input("{}: refused: it holds '{}' itself as a value", file_.string(), printable(global->full_name()));
  }
  CheckpointValue plain(const pickle::PersistentId*) {
    throw_input("{}: refused: it holds a storage without a tensor", file_.string());
  }
  CheckpointValue plain(const pickle::List* list) {
    return once(list, [&] { return CheckpointValue{std::make_shared<CheckpointValue::List>(items(list->items))}; });
  }
  CheckpointValue plain(const pickle::Tuple* tuple) {
    return once(tuple, [&] {
      return CheckpointValue{std::make_shared<CheckpointValue::Tuple>(CheckpointValue::Tuple{items(tuple->items)})};
    });
  }
  CheckpointValue plain(const pickle::Dict* dict) {
    return once(dict,
                [&] { return CheckpointValue{std::make_shared<CheckpointValue::Dict>(entries({&dict->items}))}; });
  }
  CheckpointValue plain(const pickle::Object* object) {
    return once(object, [&] { return built(*object); });
  }

  /// Converts what a pointer leads to once; a second way to it gives the same value.
  template <class Convert>
  CheckpointValue once(const void* source, const Convert& convert_it) {
    if (const auto place = done_.find(source); place != done_.end()) {
      if (!place->second.finished) throw_input("{}: refused: a container in it contains itself", file_.string());
      if (depth_ + place->second.height > max_object_depth) too_deep();
      below_ = std::max(below_, place->second.height);
      return place->second.value;
    }
    if (++depth_ > max_object_depth) too_deep();
    done_[source] = {};
    const int beside = std::exchange(below_, 0);
    CheckpointValue value = convert_it();
    const int height = below_ + 1;
    below_ = std::max(beside, height);
    --depth_;
    done_[source] = {value, height, true};
    return value;
  }
  [[noreturn]] void too_deep() const {
    throw_input("{}: refused: it is nested more than {} deep", file_.string(), max_object_depth);
  }

  std::string counted(const std::string& text) {
    text_ += text.size();
    if (text_ > max_text) throw_input("{}: refused: it holds more than {} bytes of text", file_.string(), max_text);
    return text;
  }

  CheckpointValue::List items(const std::vector<pickle::Value>& values) {
    CheckpointValue::List result;
    result.reserve(values.size());
    for (const pickle::Value& value : values) result.push_back(convert(value));
    return result;
  }

  using Pairs = std::vector<std::pair<pickle::Value, pickle::Value>>;
  CheckpointValue::Dict entries(std::initializer_list<const Pairs*> parts) {
    CheckpointValue::Dict result;
    std::set<std::string_view> names;
    for (const Pairs* part : parts)
      for (const auto& [key, value] : *part) {
        const auto* name = std::get_if<const std::string*>(&key);
        if (name && !names.insert(**name).second) damaged(file_, "the key '{}' is there twice", printable(**name));
        CheckpointValue converted_key = convert(key);
        result.emplace_back(std::move(converted_key), convert(value));
      }
    return result;
  }

  CheckpointValue built(const pickle::Object& object) {
    const pickle::Global& type = *object.type;
    if (is_torchscript_class(type)) return module(object);
    if (is_ordered_dict(type)) return ordered_dict(object);
    if (!object.items.items.empty()) damaged(file_, "'{}' has dictionary items", printable(type.full_name()));
    if (is_tensor(type)) return {tensor(object.arguments->items)};
    if (is_parameter(type)) return parameter(object.arguments->items);
    if (is_numpy_scalar(type)) return numpy_scalar(object, file_);
    if (is_codecs_encode(type)) return {CheckpointValue::Bytes{counted(encoded_bytes(object, file_))}};
    throw_input("{}: refused: it holds a '{}' as a value", file_.string(), printable(type.full_name()));
  }

  CheckpointValue module(const pickle::Object& object) {
    const auto* state = std::get_if<pickle::Dict*>(&object.state);
    if (!state && !std::holds_alternative<std::monostate>(object.state))
      damaged(file_, "the TorchScript object '{}' has no attributes", printable(object.type->full_name()));
    CheckpointValue::Module result{counted(object.type->full_name()), {}};
    if (state) result.attributes = entries({&(*state)->items});
    return {std::make_shared<CheckpointValue::Module>(std::move(result))};
  }

  /// Python 3 sets the items afterwards; Python 2 gives them as the argument [[key, value], ...].
  CheckpointValue ordered_dict(const pickle::Object& object) {
    Pairs given;
    const std::vector<pickle::Value>& arguments = object.arguments->items;
    const auto* list = arguments.size() == 1 ? std::get_if<pickle::List*>(&arguments[0]) : nullptr;
    if (!list && !arguments.empty()) damaged(file_, "an OrderedDict has strange arguments");
    if (list)
      for (const pickle::Value& item : (*list)->items) {
        const auto* pair = std::get_if<pickle::List*>(&item);
        if (!pair || (*pair)->items.size() != 2) damaged(file_, "an OrderedDict has strange arguments");
        given.emplace_back((*pair)->items[0], (*pair)->items[1]);
      }
    return {std::make_shared<CheckpointValue::Dict>(entries({&given, &object.items.items}))};
  }

  /// (storage, offset, sizes, strides, requires_grad, hooks[, metadata])
  at::Tensor tensor(const std::vector<pickle::Value>& arguments) {
    const auto* storage = arguments.size() >= 4 ? std::get_if<pickle::PersistentId*>(&arguments[0]) : nullptr;
    const auto* offset = storage ? std::get_if<int64_t>(&arguments[1]) : nullptr;
    if (!offset) damaged(file_, "a tensor is not described as torch does it");
    return storages_.view(storage_claim(**storage, file_), *offset, integers(arguments[2]), integers(arguments[3]));
  }

  std::vector<int64_t> integers(const pickle::Value& value) const {
    const auto* tuple = std::get_if<pickle::Tuple*>(&value);
    if (!tuple) damaged(file_, "a tensor's shape or strides are not a tuple");
    std::vector<int64_t> result;
    for (const pickle::Value& item : (*tuple)->items) {
      const auto* number = std::get_if<int64_t>(&item);
      if (!number) damaged(file_, "a tensor's shape or strides are not whole numbers");
      result.push_back(*number);
    }
    return result;
  }

  /// (tensor, requires_grad, hooks)
  CheckpointValue parameter(const std::vector<pickle::Value>& arguments) {
    CheckpointValue data = arguments.empty() ? CheckpointValue{} : convert(arguments[0]);
    if (!data.tensor()) damaged(file_, "a parameter without a tensor");
    return data;
  }

  struct Converted {
    CheckpointValue value;
    int height = 0;  ///< levels of containers, itself included
    bool finished = false;
  };
  TensorStorages& storages_;
  const std::filesystem::path& file_;
  std::unordered_map<const void*, Converted> done_;
  int depth_ = 0;
  int below_ = 0;  ///< height of the highest one converted in the container at work
  uint64_t text_ = 0;
};

}  // namespace

bool is_known_global(const pickle::Global& global) {
  return is_ordered_dict(global) || is_tensor(global) || is_parameter(global) || is_storage_class(global) ||
         is_numpy_scalar(global) || is_numpy_dtype(global) || is_codecs_encode(global) || is_torchscript_class(global);
}

CheckpointValue checkpoint_of(const pickle::Document& document, TensorStorages& storages,
                              const std::filesystem::path& file) {
  return Converter(storages, file).convert(document.root);
}

}  // namespace adrep
