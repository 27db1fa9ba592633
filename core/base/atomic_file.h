#pragma once
#include <filesystem>
#include <functional>
#include <iosfwd>
#include <string_view>

namespace adrep {

/// Writes a file that is either complete or absent: temporary name beside it, fsync, rename.
/// Parent folders are made. Throws WriteError (exit 1) naming the file when the disk is full or the folder cannot be
/// written.
void write_file_atomically(const std::filesystem::path& file, std::string_view content);

/// The same for content that is written as a stream.
void write_file_atomically(const std::filesystem::path& file, const std::function<void(std::ostream&)>& writer);

/// The same where the first one counts: false, and nothing is changed, when there is a file of this name by then. Of
/// several processes on any machines one alone is told true.
bool write_file_if_absent(const std::filesystem::path& file, std::string_view content);

/// The whole file. Throws InputError when it cannot be read or is larger than `limit` bytes.
std::string read_file(const std::filesystem::path& file, uint64_t limit = uint64_t{1} << 30);

}  // namespace adrep
