#include "tools/weights_file.h"

#include <ATen/CPUGeneratorImpl.h>

#include <nlohmann/json.hpp>

#include <map>
#include <memory>

#include "core/io/checkpoint_builder.h"

namespace adrep::test {
namespace {

int64_t element_count(const FileTensor& entry) {
  int64_t count = 1;
  for (const int64_t side : entry.shape) count *= side;
  return count;
}
uint64_t byte_count(const FileTensor& entry) {
  return static_cast<uint64_t>(element_count(entry)) * c10::elementSize(entry.type);
}

std::vector<int64_t> dense_strides(const FileTensor& entry) {
  std::vector<int64_t> strides(entry.shape.size());
  int64_t stride = 1;
  for (size_t i = entry.shape.size(); i-- > 0; stride *= entry.shape[i]) strides[i] = stride;
  return strides;
}

/// Writes the values, or skips over their place.
void write_values(std::ofstream& out, const FileTensor& entry) {
  const auto bytes = static_cast<std::streamsize>(byte_count(entry));
  if (entry.mean == 0 && entry.deviation == 0) {
    out.seekp(bytes, std::ios::cur);
    return;
  }
  at::Tensor values = at::full({element_count(entry)}, entry.mean, at::kFloat);
  const at::Generator generator = at::detail::createCPUGenerator(std::hash<std::string>()(entry.name));
  if (entry.deviation > 0) values = at::randn({element_count(entry)}, generator) * entry.deviation + entry.mean;
  values = values.to(entry.type);
  out.write(static_cast<const char*>(values.data_ptr()), bytes);
}

std::string storage_name(at::ScalarType type) {
  return type == at::kHalf ? "HalfStorage" : type == at::kLong ? "LongStorage" : "FloatStorage";
}

std::string tensor_of(const FileTensor& entry, size_t index) {
  return tensor(storage(storage_name(entry.type), std::to_string(index), element_count(entry)), 0, entry.shape,
                dense_strides(entry));
}

/// Writes stored entries one after the other, without checksums, as torch may be told to.
class ZipStream {
 public:
  explicit ZipStream(const std::filesystem::path& file) : out_(file, std::ios::binary | std::ios::trunc) {
    out_.exceptions(std::ios::failbit | std::ios::badbit);
  }

  template <class WriteContent>
  void add(const std::string& name, uint64_t bytes, const WriteContent& write_content) {
    const auto offset = static_cast<uint64_t>(out_.tellp());
    const uint64_t start = offset + 30 + name.size() + 4;
    const std::string padding((64 - start % 64) % 64, 'Z');
    const std::string common =
        joined(raw(uint16_t{45}), raw(uint16_t{0}), raw(uint16_t{0}), raw(uint32_t{0}), raw(uint32_t{0}));
    const std::string name_bytes = raw(static_cast<uint16_t>(name.size()));
    out_ << joined("PK\3\4", common, raw(static_cast<uint32_t>(bytes)), raw(static_cast<uint32_t>(bytes)), name_bytes,
                   raw(static_cast<uint16_t>(4 + padding.size())), name, "FB",
                   raw(static_cast<uint16_t>(padding.size())), padding);
    write_content(out_);
    // sizes are below 4 GiB here, places need not be
    directory_ += joined("PK\1\2", raw(uint16_t{45}), common, raw(static_cast<uint32_t>(bytes)),
                         raw(static_cast<uint32_t>(bytes)), name_bytes, raw(uint16_t{12}), std::string(10, '\0'),
                         raw(0xFFFFFFFFu), name, raw(uint16_t{1}), raw(uint16_t{8}), raw(offset));
    ++count_;
  }

  void finish() {
    const auto offset = static_cast<uint64_t>(out_.tellp());
    const uint64_t record = offset + directory_.size(), length = directory_.size();
    out_ << directory_;
    out_ << joined("PK\6\6", raw(uint64_t{44}), raw(uint32_t{0x2D002D}), raw(uint64_t{0}), raw(count_), raw(count_),
                   raw(length), raw(offset));
    out_ << joined("PK\6\7", raw(uint32_t{0}), raw(record), raw(uint32_t{1}));
    out_ << joined("PK\5\6", raw(uint32_t{0}), raw(uint16_t{0xFFFF}), raw(uint16_t{0xFFFF}), raw(0xFFFFFFFFu),
                   raw(0xFFFFFFFFu), raw(uint16_t{0}));
    out_.close();
  }

 private:
  std::ofstream out_;
  std::string directory_;
  uint64_t count_ = 0;
};

void write_zip(const std::filesystem::path& file, const std::string& object, const FileTensors& entries) {
  ZipStream zip(file);
  const auto add_text = [&](const std::string& name, const std::string& content) {
    zip.add(name, content.size(), [&](std::ofstream& out) { out << content; });
  };
  add_text("archive/data.pkl", pickle(object));
  add_text("archive/byteorder", "little");
  for (size_t i = 0; i < entries.size(); ++i)
    zip.add("archive/data/" + std::to_string(i), byte_count(entries[i]),
            [&](std::ofstream& out) { write_values(out, entries[i]); });
  add_text("archive/version", "3\n");
  zip.finish();
}

/// A TorchScript module: tensors and submodules by name.
struct Module {
  std::vector<std::pair<std::string, size_t>> tensors;  ///< name, index of the entry
  std::map<std::string, std::unique_ptr<Module>> children;

  std::string pickled(const std::string& type, const FileTensors& entries) const {
    Items attributes = {{"training", "\x89"}};
    for (const auto& [name, index] : tensors) attributes.emplace_back(name, tensor_of(entries[index], index));
    for (const auto& [name, child] : children)
      attributes.emplace_back(name, child->pickled(type + "." + (name[0] < 'a' ? "_" : "") + name, entries));
    return global(type, "Module") + ")\x81" + dict(attributes) + "b";
  }
};

}  // namespace

void write_torch_zip(const std::filesystem::path& file, const FileTensors& entries) {
  Items items;
  for (size_t i = 0; i < entries.size(); ++i) items.emplace_back(entries[i].name, tensor_of(entries[i], i));
  write_zip(file, ordered_dict(items), entries);
}

void write_torchscript(const std::filesystem::path& file, const FileTensors& entries) {
  Module root;
  for (size_t i = 0; i < entries.size(); ++i) {
    Module* place = &root;
    std::string name = entries[i].name;
    for (size_t dot; (dot = name.find('.')) != std::string::npos; name = name.substr(dot + 1)) {
      std::unique_ptr<Module>& child = place->children[name.substr(0, dot)];
      if (!child) child = std::make_unique<Module>();
      place = child.get();
    }
    place->tensors.emplace_back(name, i);
  }
  write_zip(file, root.pickled("__torch__", entries), entries);
}

void write_safetensors_file(const std::filesystem::path& file, const FileTensors& entries) {
  nlohmann::json header;
  uint64_t offset = 0;
  for (const FileTensor& entry : entries) {
    const char* type = entry.type == at::kHalf ? "F16" : entry.type == at::kLong ? "I64" : "F32";
    header[entry.name] = {
        {"dtype", type}, {"shape", entry.shape}, {"data_offsets", {offset, offset + byte_count(entry)}}};
    offset += byte_count(entry);
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out.exceptions(std::ios::failbit | std::ios::badbit);
  out << raw(static_cast<uint64_t>(text.size())) << text;
  for (const FileTensor& entry : entries) write_values(out, entry);
  const auto end = static_cast<uintmax_t>(out.tellp());
  out.close();
  std::filesystem::resize_file(file, end);  // a hole at the end
}

}  // namespace adrep::test
