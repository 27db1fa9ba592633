#include "core/io/torch_checkpoint_writer.h"

#include <fmt/core.h>
#include <zlib.h>

#include <algorithm>
#include <bit>
#include <ostream>
#include <string_view>
#include <vector>

#include "core/base/atomic_file.h"
#include "core/base/error.h"

namespace adrep {
namespace {

/// The bytes of a number, lowest first.
template <class T>
std::string little_endian(T value, size_t bytes = sizeof(T)) {
  std::string text;
  for (size_t i = 0; i < bytes; ++i) text += static_cast<char>(static_cast<uint64_t>(value) >> (8 * i) & 0xff);
  return text;
}

/// Writes pickle opcodes (protocol 2), as Python's pickletools names them.
class PickleText {
 public:
  std::string finished_text() { return std::move(text_); }
  void raw(std::string_view opcodes) { text_ += opcodes; }
  void global(std::string_view module, std::string_view name) { text_ += fmt::format("c{}\n{}\n", module, name); }
  void text(const std::string& value) {
    raw("X");
    raw(little_endian(static_cast<uint32_t>(value.size())));
    raw(value);
  }
  void number(int64_t value) {
    raw("\x8a\x08");
    raw(little_endian(value));
  }
  void real(double value) {
    std::string bytes = little_endian(std::bit_cast<uint64_t>(value));
    std::reverse(bytes.begin(), bytes.end());
    raw("G");
    raw(bytes);
  }
  void numbers(at::IntArrayRef values) {
    raw("(");
    for (const int64_t value : values) number(value);
    raw("t");
  }

  /// torch._utils._rebuild_tensor_v2(storage, 0, size, stride, False, OrderedDict())
  void tensor(const at::Tensor& tensor, const std::string& storage) {
    global("torch._utils", "_rebuild_tensor_v2");
    raw("((");
    text("storage");
    global("torch", "FloatStorage");
    text(storage);
    text("cpu");
    number(tensor.numel());
    raw("tQ");
    number(0);
    numbers(tensor.sizes());
    numbers(tensor.strides());
    raw("\x89");
    ordered_dict();
    raw("tR");
  }
  void ordered_dict() {
    global("collections", "OrderedDict");
    raw(")R");
  }

 private:
  std::string text_;
};

struct ZipEntry {
  std::string name;
  std::string_view content;
  uint32_t crc = 0, header = 0;
};

/// Writes stored entries of a zip archive, their content at multiples of 64 bytes as torch does.
class StoredZip {
 public:
  explicit StoredZip(std::ostream& out) : out_(out) {}

  void add(const std::string& name, std::string_view content) {
    ZipEntry entry{name, content, 0, static_cast<uint32_t>(written_)};
    entry.crc = static_cast<uint32_t>(
        crc32_z(0, reinterpret_cast<const Bytef*>(content.data()), static_cast<z_size_t>(content.size())));
    constexpr uint64_t alignment = 64, fixed = 30, extra_header = 4;
    const uint64_t start = written_ + fixed + name.size() + extra_header;
    const uint64_t padding = (alignment - start % alignment) % alignment;
    write("PK\x03\x04");
    write(common(entry, extra_header + padding));
    write(name);
    write("FB");
    write(little_endian(static_cast<uint16_t>(padding)));
    write(std::string(padding, 'Z'));
    write(content);
    entries_.push_back(std::move(entry));
  }

  void finish() {
    const uint64_t start = written_;
    for (const ZipEntry& entry : entries_) {
      write("PK\x01\x02");
      write(little_endian<uint16_t>(0));
      write(common(entry, 0));
      write(std::string(10, '\0'));
      write(little_endian(entry.header));
      write(entry.name);
    }
    const uint64_t bytes = written_ - start;
    const std::string count = little_endian(static_cast<uint16_t>(entries_.size()));
    write("PK\x05\x06");
    write(std::string(4, '\0'));
    write(count);
    write(count);
    write(little_endian(static_cast<uint32_t>(bytes)));
    write(little_endian(static_cast<uint32_t>(start)));
    write(std::string(2, '\0'));
  }

 private:
  /// The fields that an entry's two headers share: version to the length of the extra field.
  static std::string common(const ZipEntry& entry, size_t extra) {
    const auto size = static_cast<uint32_t>(entry.content.size());
    constexpr uint16_t no_date = (1 << 5) | 1;  // 1 January 1980
    return little_endian<uint16_t>(20) + std::string(6, '\0') + little_endian(no_date) + little_endian(entry.crc) +
           little_endian(size) + little_endian(size) + little_endian(static_cast<uint16_t>(entry.name.size())) +
           little_endian(static_cast<uint16_t>(extra));
  }
  void write(std::string_view bytes) {
    out_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    written_ += bytes.size();
  }

  std::ostream& out_;
  std::vector<ZipEntry> entries_;
  uint64_t written_ = 0;
};

/// Every tensor in the order in which the pickle names it: the number of its storage.
std::vector<at::Tensor> stored_tensors(const TorchCheckpoint& checkpoint) {
  std::vector<at::Tensor> data;
  const auto add = [&](const TensorMap& tensors) {
    for (const auto& [key, tensor] : tensors) data.push_back(tensor.detach().to(at::kCPU, at::kFloat).contiguous());
  };
  add(checkpoint.tensors);
  for (const auto& [key, list] : checkpoint.lists)
    for (const TensorMap& tensors : list) add(tensors);
  return data;
}

std::string pickle_of(const TorchCheckpoint& checkpoint, const std::vector<at::Tensor>& data) {
  PickleText pickle;
  size_t next = 0;
  const auto dictionary = [&](const TensorMap& tensors) {
    pickle.ordered_dict();
    pickle.raw("(");
    for (const auto& [key, tensor] : tensors) {
      pickle.text(key);
      pickle.tensor(data[next], std::to_string(next));
      ++next;
    }
    pickle.raw("u");
  };
  pickle.raw("\x80\x02}(");
  pickle.text(checkpoint.tensors_key);
  dictionary(checkpoint.tensors);
  for (const auto& [key, list] : checkpoint.lists) {
    pickle.text(key);
    pickle.raw("](");
    for (const TensorMap& tensors : list) dictionary(tensors);
    pickle.raw("e");
  }
  for (const auto& [key, value] : checkpoint.numbers) pickle.text(key), pickle.real(value);
  for (const auto& [key, value] : checkpoint.texts) pickle.text(key), pickle.text(value);
  pickle.raw("u.");
  return pickle.finished_text();
}

}  // namespace

void write_torch_checkpoint(const std::filesystem::path& file, const TorchCheckpoint& checkpoint) {
  const std::vector<at::Tensor> data = stored_tensors(checkpoint);
  const std::string pickle = pickle_of(checkpoint, data);
  uint64_t bytes = 0;
  for (const at::Tensor& tensor : data) bytes += tensor.nbytes() + 2 * file.string().size() + 512;
  if (bytes + pickle.size() > UINT32_MAX || data.size() > 60'000)
    throw_failure("{}: a torch file of {} tensors and {} bytes cannot be written", file.string(), data.size(), bytes);
  const std::string folder = file.stem().string() + "/";
  write_file_atomically(file, [&](std::ostream& out) {
    StoredZip zip(out);
    zip.add(folder + "data.pkl", pickle);
    zip.add(folder + "byteorder", "little");
    for (size_t i = 0; i < data.size(); ++i)
      zip.add(folder + "data/" + std::to_string(i), {static_cast<const char*>(data[i].data_ptr()), data[i].nbytes()});
    zip.add(folder + "version", "3\n");
    zip.finish();
  });
}

}  // namespace adrep
