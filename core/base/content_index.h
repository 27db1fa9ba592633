#pragma once
#include <filesystem>

#include "core/base/content_hashes.h"

namespace adrep {

/// The contents that a file lists, one a line after a first line with the version: SHA-256, size, time of change,
/// inode, path. Lines that are none of these are left out; no such file, one of another version or of another user:
/// nothing.
KnownContents read_content_index(const std::filesystem::path& file);

/// Writes it atomically, sorted by path. Of more than a million entries those whose file is gone are left out. Paths
/// with a line break are left out. Throws WriteError when it cannot be written.
void write_content_index(const std::filesystem::path& file, const KnownContents& contents);

/// Where it is kept: "contents.index" in adrep's cache folder.
std::filesystem::path content_index_file();

}  // namespace adrep
