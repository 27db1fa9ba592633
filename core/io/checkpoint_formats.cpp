#include "core/io/checkpoint_formats.h"

#include <cstring>

#include "core/io/damaged.h"

namespace adrep {
namespace {

/// A safetensors file begins with the length of its header, whose first byte may be that of '{', too.
bool has_safetensors_length(std::string_view bytes) {
  uint64_t length = 0;
  if (bytes.size() <= sizeof(length)) return false;
  std::memcpy(&length, bytes.data(), sizeof(length));
  return length <= bytes.size() - sizeof(length);
}

}  // namespace

CheckpointFormat checkpoint_format(const MappedFile& file) {
  const std::string_view bytes = file.bytes();
  const std::string name = file.path().string();
  if (bytes.empty()) throw_input("{}: is empty", name);
  if (bytes.starts_with("PK\3\4") || bytes.starts_with("PK\5\6")) return CheckpointFormat::zip;
  if (legacy_magic(bytes) != std::string_view::npos) return CheckpointFormat::legacy;
  if (bytes.starts_with("{") && !has_safetensors_length(bytes)) return CheckpointFormat::index;
  if (bytes.size() > 8 && bytes[8] == '{') return CheckpointFormat::safetensors;
  if (bytes.starts_with("version https://git-lfs"))
    throw_input("{}: is a Git LFS pointer, not the file itself: fetch it with git lfs pull", name);
  if (bytes.starts_with("\x80")) throw_input("{}: is a pickle, but not one of torch.save", name);
  if (bytes.starts_with("<")) throw_input("{}: is a web page, not a checkpoint: download the file again", name);
  throw_input("{}: is neither a torch checkpoint nor a safetensors file", name);
}

}  // namespace adrep
