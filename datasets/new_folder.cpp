#include "datasets/new_folder.h"

#include <cerrno>
#include <cstring>
#include <fstream>

#include "core/base/error.h"
#include "core/base/temporary_name.h"

namespace adrep {

namespace fs = std::filesystem;

NewFolder::NewFolder(const fs::path& place) : place_(place) {
  path_ = temporary_name(place);
  std::error_code failed;
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
