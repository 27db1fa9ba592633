#include "core/io/zip_archive.h"

#include <zlib.h>

#include <cstring>
#include <limits>

#include "core/io/damaged.h"

namespace adrep {
namespace {

constexpr uint64_t end_bytes = 22, locator_bytes = 20, end64_bytes = 56, central_bytes = 46, local_bytes = 30;
constexpr uint64_t max_comment = 65535, max_entries = 1'000'000;
constexpr uint64_t deflate_ratio = 1032;  // no deflate stream expands more
constexpr uint16_t not_compressed = 0, deflated = 8, encrypted_flag = 1, zip64_field = 1;

template <class T>
T little(std::string_view bytes, uint64_t offset) {
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof(T));
  return value;
}

bool has_signature(std::string_view bytes, uint64_t offset, const char (&signature)[5]) {
  return offset <= bytes.size() && bytes.size() - offset >= 4 && bytes.compare(offset, 4, signature, 4) == 0;
}

/// Replaces the entry's fields that are "see the Zip64 field" by those of its extra data; false when it has none.
bool take_zip64_fields(std::string_view extra, ZipArchive::Entry& entry) {
  constexpr uint64_t elsewhere = std::numeric_limits<uint32_t>::max();
  if (entry.size != elsewhere && entry.compressed != elsewhere && entry.header != elsewhere) return true;
  while (extra.size() >= 4) {
    const uint16_t id = little<uint16_t>(extra, 0), length = little<uint16_t>(extra, 2);
    if (length > extra.size() - 4) return false;
    std::string_view field = extra.substr(4, length);
    extra.remove_prefix(4 + size_t{length});
    if (id != zip64_field) continue;
    for (uint64_t* value : {&entry.size, &entry.compressed, &entry.header}) {
      if (*value != elsewhere) continue;
      if (field.size() < 8) return false;
      *value = little<uint64_t>(field, 0);
      field.remove_prefix(8);
    }
    return true;
  }
  return false;
}

/// Inflates into exactly `out`; false when the stream is damaged, or longer or shorter than it.
bool inflate_exactly(std::string_view data, char* out, uint64_t size) {
  z_stream stream{};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) throw_failure("zlib cannot be initialised");
  const std::unique_ptr<z_stream, int (*)(z_stream*)> end(&stream, inflateEnd);
  constexpr uint64_t chunk = uint64_t{1} << 30;  // zlib counts in 32 bits
  int state = Z_OK;
  char past_end = 0;  // a stream that still writes after `size` bytes shows itself here
  while (state == Z_OK) {
    const uint64_t in = std::min<uint64_t>(data.size(), chunk), room = std::min(size, chunk);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
    stream.avail_in = static_cast<uInt>(in);
    stream.next_out = reinterpret_cast<Bytef*>(room > 0 ? out : &past_end);
    stream.avail_out = static_cast<uInt>(room > 0 ? room : 1);
    const uInt offered = stream.avail_out;
    state = inflate(&stream, Z_NO_FLUSH);
    data.remove_prefix(in - stream.avail_in);
    const uint64_t written = offered - stream.avail_out;
    if (written > size) return false;
    out += written;
    size -= written;
  }
  return state == Z_STREAM_END && size == 0;
}

}  // namespace

ZipArchive::ZipArchive(std::shared_ptr<const MappedFile> file, uint64_t allowance)
    : file_(std::move(file)), allowance_(allowance) {
  read_directory(find_directory());
}

ZipArchive::Directory ZipArchive::find_directory() const {
  const std::string_view bytes = file_->bytes();
  const uint64_t first = bytes.size() > end_bytes + max_comment ? bytes.size() - end_bytes - max_comment : 0;
  for (uint64_t end = bytes.size() >= end_bytes ? bytes.size() - end_bytes + 1 : 0; end-- > first;) {
    if (!has_signature(bytes, end, "PK\5\6") || little<uint16_t>(bytes, end + 20) > bytes.size() - end - end_bytes)
      continue;
    Directory directory{little<uint32_t>(bytes, end + 16), little<uint32_t>(bytes, end + 12),
                        little<uint16_t>(bytes, end + 10)};
    uint64_t limit = end;
    if (end >= locator_bytes && has_signature(bytes, end - locator_bytes, "PK\6\7")) {
      limit = little<uint64_t>(bytes, end - locator_bytes + 8);
      if (limit > end - locator_bytes || end - locator_bytes - limit < end64_bytes ||
          !has_signature(bytes, limit, "PK\6\6"))
        damaged(file_->path(), "the zip's Zip64 end record is not where it should be");
      directory = {little<uint64_t>(bytes, limit + 48), little<uint64_t>(bytes, limit + 40),
                   little<uint64_t>(bytes, limit + 32)};
    }
    if (directory.offset > limit || directory.bytes > limit - directory.offset)
      damaged(file_->path(), "the zip's central directory lies outside the file");
    return directory;
  }
  damaged(file_->path(), "the zip's central directory is missing (file truncated?)");
}

void ZipArchive::read_directory(const Directory& directory) {
  data_end_ = directory.offset;
  std::string_view bytes = file_->bytes().substr(directory.offset, directory.bytes);
  if (directory.count > max_entries) damaged(file_->path(), "the zip claims {} files", directory.count);
  uint64_t total = 0;
  for (uint64_t i = 0; i < directory.count; ++i) {
    if (bytes.size() < central_bytes || !has_signature(bytes, 0, "PK\1\2"))
      damaged(file_->path(), "the zip's central directory ends after {} of {} files", i, directory.count);
    Entry entry{.header = little<uint32_t>(bytes, 42),
                .compressed = little<uint32_t>(bytes, 20),
                .size = little<uint32_t>(bytes, 24),
                .crc = little<uint32_t>(bytes, 16),
                .method = little<uint16_t>(bytes, 10),
                .encrypted = (little<uint16_t>(bytes, 8) & encrypted_flag) != 0};
    const uint64_t name_bytes = little<uint16_t>(bytes, 28), extra_bytes = little<uint16_t>(bytes, 30);
    const uint64_t entry_bytes = central_bytes + name_bytes + extra_bytes + little<uint16_t>(bytes, 32);
    if (bytes.size() < entry_bytes)
      damaged(file_->path(), "the zip's central directory ends after {} of {} files", i, directory.count);
    std::string name(bytes.substr(central_bytes, name_bytes));
    if (!take_zip64_fields(bytes.substr(central_bytes + name_bytes, extra_bytes), entry))
      damaged(file_->path(), "'{}' has no Zip64 sizes", printable(name));
    if (entry.compressed > data_end_ || (total += entry.compressed) > data_end_)
      damaged(file_->path(), "'{}' is larger than the file has room for", printable(name));
    if (!entries_.emplace(name, entry).second) damaged(file_->path(), "the zip has two files '{}'", printable(name));
    bytes.remove_prefix(entry_bytes);
  }
}

std::string_view ZipArchive::data_of(const std::string& name, const Entry& entry) const {
  const std::string_view bytes = file_->bytes().substr(0, data_end_);
  if (!has_signature(bytes, entry.header, "PK\3\4") || bytes.size() - entry.header < local_bytes)
    damaged(file_->path(), "'{}' is not where the zip's directory says", printable(name));
  const uint64_t name_bytes = little<uint16_t>(bytes, entry.header + 26),
                 extra_bytes = little<uint16_t>(bytes, entry.header + 28);
  const uint64_t start = entry.header + local_bytes + name_bytes + extra_bytes;
  if (start > bytes.size() || entry.compressed > bytes.size() - start)
    damaged(file_->path(), "'{}' ends outside the file", printable(name));
  if (bytes.substr(entry.header + local_bytes, name_bytes) != name)
    damaged(file_->path(), "'{}' has another name at its place in the zip", printable(name));
  return bytes.substr(start, entry.compressed);
}

SharedBytes ZipArchive::open(const std::string& name) {
  const auto place = entries_.find(name);
  if (place == entries_.end()) damaged(file_->path(), "'{}' is missing in the zip", printable(name));
  const Entry& entry = place->second;
  if (entry.encrypted) throw_input("{}: '{}' is encrypted", file_->path().string(), printable(name));
  const std::string_view data = data_of(name, entry);
  if (entry.method == deflated) return inflated(name, entry, data);
  if (entry.method != not_compressed)
    throw_input("{}: '{}' is compressed by zip's method {}: only stored and deflated are read", file_->path().string(),
                printable(name), entry.method);
  if (entry.size != entry.compressed) damaged(file_->path(), "'{}' has two different sizes", printable(name));
  return {data, file_};
}

SharedBytes ZipArchive::inflated(const std::string& name, const Entry& entry, std::string_view data) {
  if (entry.size / deflate_ratio > entry.compressed)
    damaged(file_->path(), "'{}' claims {} bytes in {} deflated ones", printable(name), entry.size, entry.compressed);
  const uint64_t limit = 16 * file_->bytes().size() + allowance_;
  if (entry.size > limit - inflated_)
    throw_input("{}: refused: inflating '{}' would take more than {} bytes of memory", file_->path().string(),
                printable(name), limit);
  inflated_ += entry.size;
  const std::shared_ptr<char[]> content(new char[entry.size]);
  const bool complete = inflate_exactly(data, content.get(), entry.size);
  if (!complete || crc32_z(0, reinterpret_cast<const Bytef*>(content.get()), entry.size) != entry.crc)
    damaged(file_->path(), "'{}' cannot be inflated", printable(name));
  return {{content.get(), entry.size}, content};
}

}  // namespace adrep
