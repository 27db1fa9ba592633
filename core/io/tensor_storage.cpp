#include "core/io/tensor_storage.h"

#include "core/io/damaged.h"
#include "core/io/tensor_bytes.h"

namespace adrep {
namespace {

struct StorageClass {
  const char* name;
  at::ScalarType type;
};
constexpr StorageClass storage_classes[] = {{"DoubleStorage", at::kDouble}, {"FloatStorage", at::kFloat},
                                            {"HalfStorage", at::kHalf},     {"BFloat16Storage", at::kBFloat16},
                                            {"LongStorage", at::kLong},     {"IntStorage", at::kInt},
                                            {"ShortStorage", at::kShort},   {"CharStorage", at::kChar},
                                            {"ByteStorage", at::kByte},     {"BoolStorage", at::kBool}};

const StorageClass* find_storage_class(const pickle::Global& global) {
  if (global.module != "torch") return nullptr;
  const auto place = std::find_if(std::begin(storage_classes), std::end(storage_classes),
                                  [&](const StorageClass& known) { return global.name == known.name; });
  return place == std::end(storage_classes) ? nullptr : place;
}

template <class T>
const T* item(const std::vector<pickle::Value>& items, size_t i) {
  return i < items.size() ? std::get_if<T>(&items[i]) : nullptr;
}

/// True when every element of a view that has some lies in a storage of `count`.
bool fits(int64_t count, int64_t offset, at::IntArrayRef sizes, at::IntArrayRef strides) {
  int64_t last = offset;
  for (size_t i = 0; i < sizes.size(); ++i) {
    int64_t way = 0;
    if (strides[i] < 0 || __builtin_mul_overflow(sizes[i] - 1, strides[i], &way) ||
        __builtin_add_overflow(last, way, &last))
      return false;
  }
  return last < count;
}

}  // namespace

bool is_storage_class(const pickle::Global& global) {
  return find_storage_class(global) != nullptr;
}

StorageClaim storage_claim(const pickle::PersistentId& id, const std::filesystem::path& file) {
  const auto* tuple = std::get_if<pickle::Tuple*>(&id.id);
  if (!tuple) damaged(file, "a tensor's storage is not described");
  const std::vector<pickle::Value>& items = (*tuple)->items;
  const auto* kind = item<const std::string*>(items, 0);
  const auto* type = item<const pickle::Global*>(items, 1);
  const auto* key = item<const std::string*>(items, 2);
  const auto* count = item<int64_t>(items, 4);
  const StorageClass* known = type ? find_storage_class(**type) : nullptr;
  if (!kind || **kind != "storage" || !known || !key || !count || items.size() > 6)
    damaged(file, "a tensor's storage is not described");
  if (items.size() == 6 && !std::holds_alternative<std::monostate>(items[5]))
    throw_input(
        "{}: storage '{}' is a part of another one, as torch before 0.4 wrote it: save it again with a newer torch",
        file.string(), printable(**key));
  if (!element_count({*count})) damaged(file, "storage '{}' claims {} elements", printable(**key), *count);
  return {**key, known->type, *count};
}

at::Tensor TensorStorages::view(const StorageClaim& claim, int64_t offset, const std::vector<int64_t>& sizes,
                                const std::vector<int64_t>& strides) {
  auto place = fetched_.find(claim.key);
  if (place == fetched_.end()) place = fetched_.emplace(claim.key, fetch_(claim)).first;
  const at::Tensor& storage = place->second;
  if (storage.scalar_type() != claim.type || storage.numel() != claim.count)
    damaged(file_, "storage '{}' is described in two ways", printable(claim.key));
  const std::optional<int64_t> count = element_count(sizes);
  if (!count || strides.size() != sizes.size())
    damaged(file_, "a tensor on storage '{}' has an impossible shape", printable(claim.key));
  if (offset < 0 || offset > claim.count || (*count > 0 && !fits(claim.count, offset, sizes, strides)))
    damaged(file_, "a tensor on storage '{}' lies outside its {} elements", printable(claim.key), claim.count);
  if (*count > claim.count && static_cast<uint64_t>(*count) * c10::elementSize(claim.type) > file_bytes_)
    throw_input("{}: refused: a tensor on storage '{}' repeats {} elements to {}", file_.string(), printable(claim.key),
                claim.count, *count);
  if (*count == 0) return at::empty(sizes, claim.type);
  return at::empty({0}, claim.type).set_(storage.storage(), offset, sizes, strides);
}

}  // namespace adrep
