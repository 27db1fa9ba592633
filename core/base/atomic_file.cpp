#include "core/base/atomic_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "core/base/error.h"
#include "core/base/temporary_name.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;

/// Removes the temporary file unless it was renamed.
struct Temporary {
  fs::path path;
  bool kept = false;
  ~Temporary() {
    std::error_code ignored;
    if (!kept) fs::remove(path, ignored);
  }
};

/// Makes the file, which must not be there: nobody else's is written to, also through a link.
void create_exclusively(const fs::path& path, const fs::path& file) {
  const int descriptor = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (descriptor < 0) throw WriteError(fmt::format("{}: cannot be written: {}", file.string(), std::strerror(errno)));
  close(descriptor);
}

void sync_path(const fs::path& path, int flags) {
  const int descriptor = open(path.c_str(), flags | O_CLOEXEC);
  const int result = descriptor < 0 ? -1 : fsync(descriptor);
  const int reason = errno;
  if (descriptor >= 0) close(descriptor);
  if (result != 0)
    throw WriteError(fmt::format("{}: cannot be written to disk: {}", path.string(), std::strerror(reason)));
}

/// Writes what is to be moved to `file`, on disk.
void write_temporary(const Temporary& temporary, const fs::path& file,
                     const std::function<void(std::ostream&)>& writer) {
  create_exclusively(temporary.path, file);
  errno = 0;
  std::ofstream out(temporary.path, std::ios::binary | std::ios::trunc);
  if (!out) throw WriteError(fmt::format("{}: cannot be written: {}", file.string(), std::strerror(errno)));
  writer(out);
  out.flush();
  if (!out)
    throw WriteError(
        fmt::format("{}: cannot be written: {}", file.string(), errno ? std::strerror(errno) : "disk full?"));
  out.close();
  sync_path(temporary.path, O_RDONLY);
}

/// The file's folder, which is made where needed.
fs::path folder_for(const fs::path& file) {
  const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed) throw WriteError(fmt::format("{}: the folder cannot be made: {}", folder.string(), failed.message()));
  remove_stale_temporaries(folder);
  return folder;
}

void rename_temporary(Temporary& temporary, const fs::path& file) {
  std::error_code failed;
  fs::rename(temporary.path, file, failed);
  if (failed) throw WriteError(fmt::format("{}: cannot be written: {}", file.string(), failed.message()));
  temporary.kept = true;
}

}  // namespace

void write_file_atomically(const fs::path& file, const std::function<void(std::ostream&)>& writer) {
  const fs::path folder = folder_for(file);
  Temporary temporary{temporary_name(folder / file.filename())};
  write_temporary(temporary, file, writer);
  rename_temporary(temporary, file);
  sync_path(folder, O_RDONLY | O_DIRECTORY);
}

void write_file_atomically(const fs::path& file, std::string_view content) {
  write_file_atomically(
      file, [&](std::ostream& out) { out.write(content.data(), static_cast<std::streamsize>(content.size())); });
}

bool write_file_if_absent(const fs::path& file, std::string_view content) {
  const fs::path folder = folder_for(file);
  if (fs::exists(file)) return false;
  Temporary temporary{temporary_name(folder / file.filename())};
  write_temporary(temporary, file,
                  [&](std::ostream& out) { out.write(content.data(), static_cast<std::streamsize>(content.size())); });
  if (link(temporary.path.c_str(), file.c_str()) != 0) {
    if (errno == EEXIST) return false;
    // a file system without hard links: whoever comes last of two that come at one moment wins there
    if (fs::exists(file)) return false;
    rename_temporary(temporary, file);
  }
  sync_path(folder, O_RDONLY | O_DIRECTORY);
  return true;
}

std::string read_file(const fs::path& file, uint64_t limit) {
  std::error_code failed;
  const uint64_t size = fs::file_size(file, failed);
  if (failed) throw_input("{}: cannot be read: {}", file.string(), failed.message());
  if (size > limit) throw_input("{}: {} bytes, more than the limit of {}", file.string(), size, limit);
  std::string content(size, '\0');
  errno = 0;
  std::ifstream in(file, std::ios::binary);
  if (!in.read(content.data(), static_cast<std::streamsize>(size)))
    throw_input("{}: cannot be read: {}", file.string(), errno ? std::strerror(errno) : "it is cut short");
  return content;
}

}  // namespace adrep
