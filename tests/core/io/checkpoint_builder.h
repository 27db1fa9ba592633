#pragma once
// Hand-made pickles, zips and checkpoints: the bytes as the formats describe them, without the code under test.
#include <zlib.h>

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"

namespace adrep::test {

template <class T>
std::string raw(T value) {
  return std::string(reinterpret_cast<const char*>(&value), sizeof(T));
}

/// Writes a file, or over the start of one that is there (without cutting it first, which makes a disk wait).
inline void write(const std::filesystem::path& file, std::string_view bytes) {
  std::ofstream out(file, std::filesystem::exists(file) ? std::ios::binary | std::ios::in : std::ios::binary);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

/// The parts one after the other (operator+ of a literal and a temporary makes GCC 12 warn without reason).
template <class... Parts>
std::string joined(const Parts&... parts) {
  std::string bytes;
  ((bytes += parts), ...);
  return bytes;
}

/// What `action` says when it throws InputError, or "" when it does not.
template <class Action>
std::string refusal(const Action& action) {
  try {
    action();
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

/// Cuts a file to every length from one byte less down to none and gives what `read` says of each, the longest first.
template <class Read>
std::vector<std::string> refusals_when_cut(const std::filesystem::path& file, const Read& read) {
  std::vector<std::string> messages;
  for (uintmax_t length = std::filesystem::file_size(file); length-- > 0;) {
    std::filesystem::resize_file(file, length);
    messages.push_back(refusal([&] { read(file); }));
  }
  return messages;
}

// --- pickles: each function gives the opcodes that leave one value on the stack ---

inline std::string pickle(const std::string& opcodes) {
  return joined("\x80\x02", opcodes, ".");
}
inline std::string text(const std::string& value) {
  return joined("X", raw(static_cast<uint32_t>(value.size())), value);
}
inline std::string integer(int64_t value) {
  return joined("\x8a\x08", raw(value));
}
inline std::string global(const std::string& module, const std::string& name) {
  return joined("c", module, "\n", name, "\n");
}
inline std::string list(const std::vector<std::string>& items) {
  std::string bytes = "](";
  for (const std::string& item : items) bytes += item;
  return bytes + "e";
}
inline std::string tuple(const std::vector<std::string>& items) {
  std::string bytes = "(";
  for (const std::string& item : items) bytes += item;
  return bytes + "t";
}
inline std::string integers(const std::vector<int64_t>& values) {
  std::vector<std::string> items;
  for (const int64_t value : values) items.push_back(integer(value));
  return tuple(items);
}
inline std::string call(const std::string& function, const std::vector<std::string>& arguments) {
  return function + tuple(arguments) + "R";
}
using Items = std::vector<std::pair<std::string, std::string>>;
inline std::string set_items(const Items& items) {
  std::string bytes = "(";
  for (const auto& [key, value] : items) bytes += text(key) + value;
  return bytes + "u";
}
inline std::string dict(const Items& items) {
  return joined("}", set_items(items));
}
inline std::string ordered_dict(const Items& items) {
  return call(global("collections", "OrderedDict"), {}) + set_items(items) + dict({{"_metadata", "}"}}) + "b";
}
inline std::string storage(const std::string& type, const std::string& key, int64_t count) {
  return tuple({text("storage"), global("torch", type), text(key), text("cuda:7"), integer(count)}) + "Q";
}
inline std::string tensor(const std::string& stored, int64_t offset, const std::vector<int64_t>& sizes,
                          const std::vector<int64_t>& strides) {
  return call(global("torch._utils", "_rebuild_tensor_v2"),
              {stored, integer(offset), integers(sizes), integers(strides), "\x89",
               call(global("collections", "OrderedDict"), {})});
}

// --- zips ---

struct ZipFile {
  std::string name, content;
  bool deflate = false;
  bool zip64 = false;
  size_t align = 0;  ///< pad the local header so that the content starts at a multiple
};

inline std::string deflated(const std::string& content) {
  std::string bytes(compressBound(content.size()) + 64, '\0');
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(bytes.data());
  stream.avail_out = static_cast<uInt>(bytes.size());
  deflate(&stream, Z_FINISH);
  bytes.resize(stream.total_out);
  deflateEnd(&stream);
  return bytes;
}

/// The archive; `zip64_end` adds the Zip64 end records, as torch always does.
inline std::string zip(const std::vector<ZipFile>& files, bool zip64_end = false) {
  std::string bytes, directory;
  for (const ZipFile& file : files) {
    const std::string data = file.deflate ? deflated(file.content) : file.content;
    const uint16_t method = file.deflate ? 8 : 0, name_bytes = static_cast<uint16_t>(file.name.size());
    const uint32_t crc = static_cast<uint32_t>(
        crc32(0, reinterpret_cast<const Bytef*>(file.content.data()), static_cast<uInt>(file.content.size())));
    std::string padding;
    if (file.align > 0) {
      const size_t start = bytes.size() + 30 + file.name.size() + 4;
      const size_t count = (file.align - start % file.align) % file.align;
      padding = joined("FB", raw(static_cast<uint16_t>(count)), std::string(count, 'Z'));
    }
    std::string extra;
    if (file.zip64)
      extra = raw(uint16_t{1}) + raw(uint16_t{24}) + raw(uint64_t{file.content.size()}) + raw(uint64_t{data.size()}) +
              raw(uint64_t{bytes.size()});
    const auto narrow = [&](size_t value) { return raw(file.zip64 ? 0xFFFFFFFFu : static_cast<uint32_t>(value)); };
    const std::string common = joined(raw(uint16_t{45}), raw(uint16_t{0}), raw(method), raw(uint32_t{0}), raw(crc),
                                      narrow(data.size()), narrow(file.content.size()), raw(name_bytes));
    directory += joined("PK\1\2", raw(uint16_t{45}), common, raw(static_cast<uint16_t>(extra.size())),
                        std::string(10, '\0'), narrow(bytes.size()), file.name, extra);
    bytes += joined("PK\3\4", common, raw(static_cast<uint16_t>(padding.size())), file.name, padding, data);
  }
  const uint64_t offset = bytes.size(), count = files.size(), length = directory.size();
  bytes += directory;
  if (zip64_end) {
    const uint64_t record = bytes.size();
    bytes += joined("PK\6\6", raw(uint64_t{44}), raw(uint32_t{0x2D002D}), raw(uint64_t{0}), raw(count), raw(count),
                    raw(length), raw(offset));
    bytes += joined("PK\6\7", raw(uint32_t{0}), raw(record), raw(uint32_t{1}));
  }
  const std::string short_count = raw(zip64_end ? uint16_t{0xFFFF} : static_cast<uint16_t>(count));
  const auto narrow = [&](uint64_t value) { return raw(zip64_end ? 0xFFFFFFFFu : static_cast<uint32_t>(value)); };
  return joined(bytes, "PK\5\6", raw(uint32_t{0}), short_count, short_count, narrow(length), narrow(offset),
                raw(uint16_t{0}));
}

// --- checkpoints ---

struct Stored {
  std::string key;
  int64_t count;
  std::string bytes;
};

inline std::string zip_checkpoint(const std::string& opcodes, const std::vector<Stored>& storages,
                                  bool deflate = false) {
  std::vector<ZipFile> files = {{"model/data.pkl", pickle(opcodes), deflate}, {"model/byteorder", "little", deflate}};
  for (const Stored& one : storages) files.push_back({"model/data/" + one.key, one.bytes, deflate, false, 64});
  return zip(files, true);
}

/// The parts before the object are those that torch writes.
inline std::string legacy_start(bool little_endian = true) {
  return pickle(std::string("\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", 12)) + pickle("M\xe9\x03") +
         pickle(dict({{"protocol_version", "M\xe9\x03"},
                      {"little_endian", little_endian ? "\x88" : "\x89"},
                      {"type_sizes", "}"}}));
}

inline std::string legacy_checkpoint(const std::string& opcodes, const std::vector<Stored>& storages) {
  std::vector<std::string> keys;
  std::string data;
  for (const Stored& one : storages) {
    keys.push_back(text(one.key));
    data += raw(one.count) + one.bytes;
  }
  return legacy_start() + pickle(opcodes) + pickle(list(keys)) + data;
}

}  // namespace adrep::test
