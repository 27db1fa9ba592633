#include "benchmarks/cells/kept_file.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/base/log.h"

namespace adrep {

void keep_as(const std::filesystem::path& file, const std::filesystem::path& kept) {
  std::error_code failed;
  std::filesystem::create_directories(kept.parent_path(), failed);
  if (!failed) std::filesystem::rename(file, kept, failed);
  if (failed)
    throw WriteError(fmt::format("{}: cannot be kept as {}: {}", file.string(), kept.string(), failed.message()));
}

namespace {

constexpr size_t previous_digits = 12;

/// Moves it, and says where to. `sha256`: of its content.
void move_aside(const std::filesystem::path& file, const std::string& sha256) {
  const std::filesystem::path kept =
      file.parent_path() / "previous" / (sha256.substr(0, previous_digits) + "-" + file.filename().string());
  keep_as(file, kept);
  log_info(fmt::format("{} held other results: they are now in {}", file.string(), kept.string()));
}

}  // namespace

void move_to_previous(const std::filesystem::path& file) {
  std::error_code failed;
  if (std::filesystem::exists(file, failed)) move_aside(file, sha256_of_file(file));
}

void write_keeping_previous(const std::filesystem::path& file, std::string_view content) {
  namespace fs = std::filesystem;
  std::error_code failed;
  if (fs::exists(file, failed)) {
    const std::string old = read_file(file);
    if (old == content) return;
    move_aside(file, sha256_of(old));
  }
  write_file_atomically(file, content);
}

void require_file_place(const std::filesystem::path& file, const std::string& option) {
  namespace fs = std::filesystem;
  std::error_code failed;
  if (!file.has_filename() || fs::is_directory(file, failed))
    throw_input("{} {}: a folder, not a file's name", option, file.string());
  const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
  for (fs::path above = folder; !above.empty(); above = above.parent_path()) {
    if (fs::exists(above, failed) && !fs::is_directory(above, failed))
      throw_input("{} {}: {} is a file, not a folder", option, file.string(), above.string());
    if (above == above.parent_path()) break;
  }
  fs::create_directories(folder, failed);
  if (failed) throw WriteError(fmt::format("{}: the folder cannot be made: {}", folder.string(), failed.message()));
  if (access(folder.c_str(), W_OK) != 0)
    throw WriteError(fmt::format("{}: the folder cannot be written: {}", folder.string(), std::strerror(errno)));
}

}  // namespace adrep
