#include "datasets/new_folder.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "core/base/error.h"

namespace adrep {

namespace fs = std::filesystem;

NewFolder::NewFolder(const fs::path& place) : place_(place) {
  path_ = place.parent_path() / fmt::format(".{}.{}.tmp", place.filename().string(), getpid());
  std::error_code failed;
  fs::remove_all(path_, failed);  // left by a killed process that had our number
  fs::create_directories(path_, failed);
  if (failed) throw_failure("{}: the folder cannot be made: {}", path_.string(), failed.message());
}

NewFolder::~NewFolder() {
  std::error_code ignored;
  if (!moved_) fs::remove_all(path_, ignored);
}

void NewFolder::move_to_place() {
  std::error_code failed;
  fs::rename(path_, place_, failed);
  if (failed) throw_failure("{}: cannot be written: {}", place_.string(), failed.message());
  moved_ = true;
}

void write_new_file(const fs::path& file, std::string_view content) {
  std::error_code failed;
  fs::create_directories(file.parent_path(), failed);
  errno = 0;
  std::ofstream out(file, std::ios::binary);
  out << content;
  out.close();
  if (!out) throw_failure("{}: cannot be written: {}", file.string(), errno ? std::strerror(errno) : "disk full?");
}

}  // namespace adrep
