#include "core/io/safetensors.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include <cstring>
#include <limits>
#include <ostream>

#include "core/base/atomic_file.h"
#include "core/base/error.h"

namespace adrep {
namespace {

constexpr uint64_t max_header_bytes = 100'000'000;  // the format's own limit

struct DtypeName {
  const char* name;
  at::ScalarType type;
};
constexpr DtypeName dtypes[] = {{"F64", at::kDouble}, {"F32", at::kFloat}, {"F16", at::kHalf}, {"BF16", at::kBFloat16},
                                {"I64", at::kLong},   {"I32", at::kInt},   {"I16", at::kShort}, {"I8", at::kChar},
                                {"U8", at::kByte},    {"BOOL", at::kBool}};

/// A read-only mapping of a whole file, alive as long as a tensor uses it.
class Mapping {
 public:
  explicit Mapping(const std::filesystem::path& file) {
    const int descriptor = open(file.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat info {};
    if (descriptor < 0 || fstat(descriptor, &info) != 0 || !S_ISREG(info.st_mode)) {
      if (descriptor >= 0) close(descriptor);
      throw_input("{}: cannot be read", file.string());
    }
    bytes_ = static_cast<uint64_t>(info.st_size);
    if (bytes_ > 0) data_ = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE, descriptor, 0);
    close(descriptor);
    if (data_ == MAP_FAILED) throw_failure("{}: cannot be mapped into memory", file.string());
  }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping() {
    if (data_) munmap(data_, bytes_);
  }
  char* data() const { return static_cast<char*>(data_); }
  uint64_t bytes() const { return bytes_; }

 private:
  void* data_ = nullptr;
  uint64_t bytes_ = 0;
};

[[noreturn]] void damaged(const std::filesystem::path& file, const std::string& what) {
  throw_input("{}: not a valid safetensors file: {}", file.string(), what);
}

uint64_t unsigned_of(const nlohmann::json& value, const std::filesystem::path& file, const std::string& name) {
  if (!value.is_number_unsigned()) damaged(file, fmt::format("'{}' has a size or offset that is not a whole number", name));
  return value.get<uint64_t>();
}

at::Tensor tensor_of(const nlohmann::json& entry, const std::string& name, const std::filesystem::path& file,
                     const std::shared_ptr<Mapping>& mapping, uint64_t data_start) {
  if (!entry.is_object() || !entry.contains("dtype") || !entry.contains("shape") || !entry.contains("data_offsets"))
    damaged(file, fmt::format("'{}' has no dtype, shape or data_offsets", name));
  const nlohmann::json &shape = entry["shape"], &offsets = entry["data_offsets"];
  if (!entry["dtype"].is_string() || !shape.is_array() || !offsets.is_array() || offsets.size() != 2)
    damaged(file, fmt::format("'{}' has a misshapen entry", name));
  const std::string dtype = entry["dtype"];
  const auto known = std::find_if(std::begin(dtypes), std::end(dtypes), [&](const DtypeName& d) { return dtype == d.name; });
  if (known == std::end(dtypes)) damaged(file, fmt::format("'{}' has the unknown dtype '{}'", name, dtype.substr(0, 20)));
  const uint64_t begin = unsigned_of(offsets[0], file, name), end = unsigned_of(offsets[1], file, name);
  if (begin > end || end > mapping->bytes() - data_start)
    damaged(file, fmt::format("'{}' lies outside the file (bytes {} to {} of {})", name, begin, end, mapping->bytes() - data_start));
  const uint64_t element = c10::elementSize(known->type);
  uint64_t bytes = element;
  std::vector<int64_t> sizes;
  for (const nlohmann::json& side : shape) {
    const uint64_t n = unsigned_of(side, file, name);
    if (n > static_cast<uint64_t>(std::numeric_limits<int64_t>::max()) || __builtin_mul_overflow(bytes, n, &bytes))
      damaged(file, fmt::format("'{}' has an impossible shape", name));
    sizes.push_back(static_cast<int64_t>(n));
  }
  if (bytes != end - begin) damaged(file, fmt::format("'{}' has a shape of {} bytes and {} bytes of data", name, bytes, end - begin));
  if (bytes == 0) return at::empty(sizes, known->type);
  char* data = mapping->data() + data_start + begin;
  at::Tensor shared = at::from_blob(data, sizes, [mapping](void*) {}, at::TensorOptions(known->type));
  // the format aligns to 8 bytes at best; an unaligned tensor is copied
  return reinterpret_cast<uintptr_t>(data) % element == 0 ? shared : [&] {
    at::Tensor copy = at::empty(sizes, known->type);
    std::memcpy(copy.data_ptr(), data, bytes);
    return copy;
  }();
}

std::string dtype_name(const at::Tensor& tensor) {
  for (const DtypeName& d : dtypes)
    if (tensor.scalar_type() == d.type) return d.name;
  throw_failure("tensors of type {} cannot be written as safetensors", c10::toString(tensor.scalar_type()));
}

}  // namespace

const at::Tensor& Safetensors::at(const std::string& name) const {
  const auto place = tensors.find(name);
  if (place == tensors.end()) throw_input("{}: has no tensor '{}'", file.string(), name);
  return place->second;
}

Safetensors read_safetensors(const std::filesystem::path& file) {
  const auto mapping = std::make_shared<Mapping>(file);
  if (mapping->bytes() < 8) damaged(file, "it is shorter than its header");
  uint64_t header_bytes = 0;
  std::memcpy(&header_bytes, mapping->data(), 8);
  if (header_bytes > max_header_bytes || header_bytes > mapping->bytes() - 8)
    damaged(file, fmt::format("its header claims {} bytes", header_bytes));
  const char* text = mapping->data() + 8;
  const nlohmann::json header = nlohmann::json::parse(text, text + header_bytes, nullptr, false);
  if (!header.is_object()) damaged(file, "its header is not a JSON object");
  Safetensors result;
  result.file = file;
  for (const auto& [name, entry] : header.items()) {
    if (name == "__metadata__") {
      for (const auto& [key, value] : entry.items())
        if (value.is_string()) result.metadata[key] = value;
      continue;
    }
    result.tensors[name] = tensor_of(entry, name, file, mapping, 8 + header_bytes);
  }
  return result;
}

void write_safetensors(const std::filesystem::path& file, const TensorMap& tensors,
                       const std::map<std::string, std::string>& metadata) {
  nlohmann::json header = nlohmann::json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::vector<at::Tensor> data;
  uint64_t offset = 0;
  for (const auto& [name, tensor] : tensors) {
    data.push_back(tensor.detach().cpu().contiguous());
    const uint64_t bytes = data.back().nbytes();
    header[name] = {{"dtype", dtype_name(tensor)}, {"shape", tensor.sizes().vec()}, {"data_offsets", {offset, offset + bytes}}};
    offset += bytes;
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');
  write_file_atomically(file, [&](std::ostream& out) {
    const uint64_t length = text.size();
    out.write(reinterpret_cast<const char*>(&length), 8);
    out.write(text.data(), static_cast<std::streamsize>(text.size()));
    for (const at::Tensor& tensor : data)
      if (tensor.nbytes() > 0) out.write(static_cast<const char*>(tensor.data_ptr()), static_cast<std::streamsize>(tensor.nbytes()));
  });
}

}  // namespace adrep
