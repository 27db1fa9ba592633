#include "core/maps/array_file.h"

#include "core/base/names.h"
#include "core/io/damaged.h"
#include "core/io/safetensors.h"
#include "core/io/zip_archive.h"
#include "core/maps/npy.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kInflateAllowance = uint64_t{1} << 30;  // masks are mostly zeros and deflate very well
constexpr size_t kListedNames = 10;

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

/// Which of a file's arrays is meant.
std::string chosen_name(const fs::path& file, const std::string& wanted, const std::string& preferred,
                        const std::vector<std::string>& names) {
  const auto has = [&](const std::string& name) { return std::find(names.begin(), names.end(), name) != names.end(); };
  if (names.empty()) throw_input("{}: holds no array", file.string());
  if (!wanted.empty() && has(wanted)) return wanted;
  if (wanted.empty() && has(preferred)) return preferred;
  if (wanted.empty() && names.size() == 1) return names[0];
  std::vector<std::string> shown;
  for (size_t i = 0; i < std::min(names.size(), kListedNames); ++i)
    shown.push_back(fmt::format("'{}'", printable(names[i])));
  if (names.size() > kListedNames) shown.push_back(fmt::format("{} more", names.size() - kListedNames));
  if (wanted.empty())
    throw_input("{}: holds {}: say which one as {}:NAME", file.string(), listed(shown), file.string());
  throw_input("{}: has no array '{}': it holds {}", file.string(), printable(wanted), listed(shown));
}

std::string npz_name(const std::string& entry) {
  return entry.ends_with(".npy") ? entry.substr(0, entry.size() - 4) : "";
}

std::vector<std::string> npz_names(const ZipArchive& archive) {
  std::vector<std::string> names;
  for (const auto& [entry, place] : archive.entries())
    if (const std::string name = npz_name(entry); !name.empty()) names.push_back(name);
  return names;
}

NumberType number_type(const at::Tensor& tensor, const std::string& where) {
  switch (tensor.scalar_type()) {
    case at::kHalf:
      return NumberType::f2;
    case at::kBFloat16:
      return NumberType::bf2;
    case at::kFloat:
      return NumberType::f4;
    case at::kDouble:
      return NumberType::f8;
    case at::kByte:
      return NumberType::u1;
    case at::kUInt16:
      return NumberType::u2;
    case at::kUInt32:
      return NumberType::u4;
    case at::kUInt64:
      return NumberType::u8;
    case at::kChar:
      return NumberType::i1;
    case at::kShort:
      return NumberType::i2;
    case at::kInt:
      return NumberType::i4;
    case at::kLong:
      return NumberType::i8;
    case at::kBool:
      return NumberType::b1;
    default:
      throw_input("{}: a tensor of type {} is not read: save it as float32", where,
                  c10::toString(tensor.scalar_type()));
  }
}

Array array_of(const at::Tensor& tensor, const std::string& where) {
  Array array;
  array.where = where;
  array.type = number_type(tensor, where);
  array.shape = tensor.sizes().vec();
  const auto owner = std::make_shared<at::Tensor>(tensor.contiguous());
  array.bytes = {{static_cast<const char*>(owner->const_data_ptr()), owner->nbytes()}, owner};
  return array;
}

std::vector<std::string> names_of(const TensorMap& tensors) {
  std::vector<std::string> names;
  for (const auto& [name, tensor] : tensors) names.push_back(name);
  return names;
}

bool is_zip(const MappedFile& file) {
  return file.bytes().starts_with("PK\3\4") || file.bytes().starts_with("PK\5\6");
}

bool is_safetensors_name(const fs::path& file) {
  return lower(file.extension().string()) == ".safetensors";
}

}  // namespace

ArrayPlace array_place(const fs::path& text) {
  std::error_code failed;
  const std::string whole = text.string();
  const size_t colon = whole.rfind(':');
  if (colon == std::string::npos || fs::exists(text, failed)) return {text, ""};
  const fs::path file = whole.substr(0, colon);
  return is_array_name(file) ? ArrayPlace{file, whole.substr(colon + 1)} : ArrayPlace{text, ""};
}

bool is_array_name(const fs::path& file) {
  const std::string extension = lower(file.extension().string());
  return extension == ".npy" || extension == ".npz" || extension == ".safetensors";
}

Array read_array(const ArrayPlace& place, const std::string& preferred) {
  const fs::path& file = place.file;
  if (is_safetensors_name(file)) {
    const Safetensors content = read_safetensors(file);
    const std::string name = chosen_name(file, place.name, preferred, names_of(content.tensors));
    return array_of(content.at(name), file.string() + ":" + printable(name));
  }
  const auto mapped = std::make_shared<const MappedFile>(file);
  if (is_zip(*mapped)) {
    ZipArchive archive(mapped, kInflateAllowance);
    const std::string name = chosen_name(file, place.name, preferred, npz_names(archive));
    const SharedBytes content = archive.open(name + ".npy");
    Array array = read_npy(content, file.string() + ":" + printable(name));
    array.file_mapping = content.owner == mapped;  // a deflated array lies in memory of its own
    return array;
  }
  if (!place.name.empty()) throw_input("{}: an npy file holds one array: leave out ':{}'", file.string(), place.name);
  Array array = read_npy({mapped->bytes(), mapped}, file.string());
  array.file_mapping = true;
  return array;
}

bool has_array(const fs::path& file, const std::string& name) {
  if (is_safetensors_name(file)) return read_safetensors(file).tensors.contains(name);
  const auto mapped = std::make_shared<const MappedFile>(file);
  return is_zip(*mapped) && ZipArchive(mapped).entries().contains(name + ".npy");
}

}  // namespace adrep
