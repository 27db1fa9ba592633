#include "core/io/safetensors.h"

#include <nlohmann/json.hpp>

#include <cstring>
#include <ostream>

#include "core/base/atomic_file.h"
#include "core/io/damaged.h"
#include "core/io/tensor_bytes.h"

namespace adrep {
namespace {

constexpr uint64_t length_bytes = 8;
constexpr uint64_t max_header_bytes = 100'000'000;  // the format's own limit
constexpr const char* metadata_key = "__metadata__";

struct DtypeName {
  const char* name;
  at::ScalarType type;
};
constexpr DtypeName dtypes[] = {
    {"F64", at::kDouble}, {"F32", at::kFloat},  {"F16", at::kHalf},  {"BF16", at::kBFloat16}, {"I64", at::kLong},
    {"I32", at::kInt},    {"I16", at::kShort},  {"I8", at::kChar},   {"U8", at::kByte},       {"BOOL", at::kBool},
    {"U16", at::kUInt16}, {"U32", at::kUInt32}, {"U64", at::kUInt64}};
/// Types that the format has and adrep does not read.
constexpr const char* unread_dtypes[] = {"C64", "F8_E4M3", "F8_E5M2", "F8_E8M0", "F4", "F6_E2M3", "F6_E3M2"};

/// One tensor as the header describes it; offsets count from the end of the header.
struct Description {
  std::string name;
  at::ScalarType type;
  std::vector<int64_t> sizes;
  uint64_t begin, end;
};

uint64_t whole_number(const nlohmann::json& value, const std::filesystem::path& file, const std::string& name) {
  if (!value.is_number_unsigned())
    damaged(file, "'{}' has a size or offset that is not a whole number", printable(name));
  return value.get<uint64_t>();
}

at::ScalarType type_of(const std::string& dtype, const std::filesystem::path& file, const std::string& name) {
  for (const DtypeName& known : dtypes)
    if (dtype == known.name) return known.type;
  for (const char* known : unread_dtypes)
    if (dtype == known)
      throw_input("{}: '{}' has the dtype {}, which is not read: save it as F32", file.string(), printable(name),
                  dtype);
  damaged(file, "'{}' has the unknown dtype '{}'", printable(name), printable(dtype));
}

Description described(const std::string& name, const nlohmann::json& entry, uint64_t data_bytes,
                      const std::filesystem::path& file) {
  if (!entry.is_object() || !entry.contains("dtype") || !entry.contains("shape") || !entry.contains("data_offsets"))
    damaged(file, "'{}' has no dtype, shape or data_offsets", printable(name));
  const nlohmann::json &dtype = entry["dtype"], &shape = entry["shape"], &offsets = entry["data_offsets"];
  if (!dtype.is_string() || !shape.is_array() || !offsets.is_array() || offsets.size() != 2)
    damaged(file, "'{}' has a misshapen dtype, shape or data_offsets", printable(name));
  Description result{name,
                     type_of(dtype.get<std::string>(), file, name),
                     {},
                     whole_number(offsets[0], file, name),
                     whole_number(offsets[1], file, name)};
  if (result.begin > result.end || result.end > data_bytes)
    damaged(file, "'{}' lies outside the file (bytes {} to {} of {})", printable(name), result.begin, result.end,
            data_bytes);
  for (const nlohmann::json& side : shape) result.sizes.push_back(static_cast<int64_t>(whole_number(side, file, name)));
  const std::optional<int64_t> count = element_count(result.sizes);
  if (!count) damaged(file, "'{}' has an impossible shape", printable(name));
  const uint64_t bytes = static_cast<uint64_t>(*count) * c10::elementSize(result.type);
  if (bytes != result.end - result.begin)
    damaged(file, "'{}' has a shape of {} bytes and {} bytes of data", printable(name), bytes,
            result.end - result.begin);
  return result;
}

/// The format wants the data without gaps and overlaps: a file that was cut or joined shows itself here.
void check_cover(std::vector<Description>& tensors, uint64_t data_bytes, const std::filesystem::path& file) {
  std::sort(tensors.begin(), tensors.end(), [](const Description& a, const Description& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  uint64_t end = 0;
  for (const Description& tensor : tensors) {
    if (tensor.begin != end)
      damaged(file, "'{}' begins at byte {} of the data, the one before it ends at {}", printable(tensor.name),
              tensor.begin, end);
    end = tensor.end;
  }
  if (end != data_bytes) damaged(file, "its tensors end at byte {} of the data, the file at {}", end, data_bytes);
}

std::string dtype_name(const at::Tensor& tensor) {
  for (const DtypeName& known : dtypes)
    if (tensor.scalar_type() == known.type) return known.name;
  throw_failure("tensors of type {} cannot be written as safetensors", c10::toString(tensor.scalar_type()));
}

}  // namespace

const at::Tensor& Safetensors::at(const std::string& name) const {
  const auto place = tensors.find(name);
  if (place == tensors.end()) throw_input("{}: has no tensor '{}'", file.string(), printable(name));
  return place->second;
}

const std::string& Safetensors::text(const std::string& name) const {
  static const std::string absent;
  const auto place = metadata.find(name);
  return place == metadata.end() ? absent : place->second;
}

Safetensors read_safetensors(const std::filesystem::path& file) {
  const auto mapping = std::make_shared<const MappedFile>(file);
  const std::string_view bytes = mapping->bytes();
  if (bytes.size() < length_bytes) damaged(file, "it is too short for a safetensors file");
  uint64_t header_bytes = 0;
  std::memcpy(&header_bytes, bytes.data(), length_bytes);
  if (header_bytes > max_header_bytes || header_bytes > bytes.size() - length_bytes)
    damaged(file, "its safetensors header claims {} bytes", header_bytes);
  const std::string_view text = bytes.substr(length_bytes, header_bytes),
                         data = bytes.substr(length_bytes + header_bytes);
  const nlohmann::json header = nlohmann::json::parse(text.begin(), text.end(), nullptr, false);
  if (!header.is_object()) damaged(file, "its safetensors header is not a JSON object");

  Safetensors result{.tensors = {}, .metadata = {}, .file = file};
  std::vector<Description> tensors;
  for (const auto& [name, entry] : header.items()) {
    if (name != metadata_key) {
      tensors.push_back(described(name, entry, data.size(), file));
      continue;
    }
    for (const auto& [key, value] : entry.items())
      if (value.is_string()) result.metadata[key] = value.get<std::string>();
  }
  check_cover(tensors, data.size(), file);
  for (const Description& tensor : tensors) {
    const std::string_view content = data.substr(tensor.begin, tensor.end - tensor.begin);
    if (tensor.type == at::kBool && !are_bools(content))
      damaged(file, "'{}' has values that are no bools", printable(tensor.name));
    result.tensors[tensor.name] = content.empty() ? at::empty(tensor.sizes, tensor.type)
                                                  : tensor_on({content, mapping}, tensor.type).view(tensor.sizes);
  }
  return result;
}

void write_safetensors(const std::filesystem::path& file, const TensorMap& tensors,
                       const std::map<std::string, std::string>& metadata, size_t alignment) {
  nlohmann::json header = nlohmann::json::object();
  if (!metadata.empty()) header[metadata_key] = metadata;
  std::vector<at::Tensor> data;
  uint64_t offset = 0;
  for (const auto& [name, tensor] : tensors) {
    ADREP_ASSERT(name != metadata_key, "a tensor cannot have the name {}", metadata_key);
    data.push_back(tensor.detach().cpu().contiguous());
    const uint64_t bytes = data.back().nbytes();
    header[name] = {
        {"dtype", dtype_name(tensor)}, {"shape", tensor.sizes().vec()}, {"data_offsets", {offset, offset + bytes}}};
    offset += bytes;
  }
  // a text that is not UTF-8 would throw: it gets replacement characters
  std::string text = header.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  const size_t begin = (length_bytes + text.size() + alignment - 1) / alignment * alignment;
  text.resize(begin - length_bytes, ' ');
  write_file_atomically(file, [&](std::ostream& out) {
    const uint64_t length = text.size();
    out.write(reinterpret_cast<const char*>(&length), length_bytes);
    out.write(text.data(), static_cast<std::streamsize>(text.size()));
    for (const at::Tensor& tensor : data)
      if (tensor.nbytes() > 0)
        out.write(static_cast<const char*>(tensor.data_ptr()), static_cast<std::streamsize>(tensor.nbytes()));
  });
}

}  // namespace adrep
