#include "core/io/spill_folder.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>

#include "core/base/error.h"

namespace adrep {
namespace {

/// An open file without a name in the folder, or -1 with errno.
int nameless_file(const std::filesystem::path& folder) {
  const int file = open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (file >= 0 || (errno != EOPNOTSUPP && errno != EISDIR)) return file;
  // network file systems know no nameless files
  std::string name = (folder / ".spill-XXXXXX").string();
  const int named = mkostemp(name.data(), O_CLOEXEC);
  if (named >= 0) unlink(name.c_str());
  return named;
}

/// The mappings that exist by their beginning, with the files they lie on.
class SpillMappings {
 public:
  struct Mapping {
    size_t bytes = 0;
    int file = -1;
  };

  void add(void* begin, Mapping mapping) {
    const std::lock_guard lock(mutex_);
    mappings_[reinterpret_cast<uintptr_t>(begin)] = mapping;
  }

  void remove(void* begin) {
    Mapping mapping;
    {
      const std::lock_guard lock(mutex_);
      const auto place = mappings_.find(reinterpret_cast<uintptr_t>(begin));
      mapping = place->second;
      mappings_.erase(place);
    }
    munmap(begin, mapping.bytes);
    close(mapping.file);
  }

  bool has(const void* begin) {
    const std::lock_guard lock(mutex_);
    return mappings_.contains(reinterpret_cast<uintptr_t>(begin));
  }

  void release(const void* begin) {
    const std::lock_guard lock(mutex_);
    const auto place = mappings_.find(reinterpret_cast<uintptr_t>(begin));
    if (place == mappings_.end()) return;
    // the disk begins to write, so that the pages can be dropped by the time that memory is wanted
    sync_file_range(place->second.file, 0, 0, SYNC_FILE_RANGE_WRITE);
    madvise(reinterpret_cast<void*>(place->first), place->second.bytes, MADV_DONTNEED);
  }

 private:
  std::mutex mutex_;
  std::map<uintptr_t, Mapping> mappings_;
};

SpillMappings& spill_mappings() {
  static auto* mappings = new SpillMappings;  // outlives every static object that holds a tensor
  return *mappings;
}

}  // namespace

at::Tensor SpillFolder::zeros(at::IntArrayRef sizes, at::ScalarType type) const {
  size_t bytes = at::elementSize(type);
  for (const int64_t size : sizes) bytes *= static_cast<size_t>(size);
  if (bytes == 0) return at::zeros(sizes, at::TensorOptions().dtype(type));
  const auto fail = [&](int reason) {
    throw_failure("{}: no room for {:.1f} GB of features that do not fit into memory=: {}", folder_.string(),
                  static_cast<double>(bytes) / 1e9, std::strerror(reason));
  };
  std::error_code failed;
  std::filesystem::create_directories(folder_, failed);
  const int file = nameless_file(folder_);
  if (file < 0) fail(errno);
  // a full disk would otherwise only be noticed by a signal
  const int reserved = posix_fallocate(file, 0, static_cast<off_t>(bytes));
  void* data = reserved == 0 ? mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0) : MAP_FAILED;
  if (data == MAP_FAILED) {
    const int reason = reserved != 0 ? reserved : errno;
    close(file);
    fail(reason);
  }
  spill_mappings().add(data, {bytes, file});
  return at::from_blob(
      data, sizes, [](void* begin) { spill_mappings().remove(begin); }, at::TensorOptions().dtype(type));
}

bool is_spilled(const at::Tensor& tensor) {
  return tensor.defined() && tensor.device().is_cpu() && tensor.has_storage() &&
         spill_mappings().has(tensor.storage().data());
}

void release_spilled(const at::Tensor& tensor) {
  if (is_spilled(tensor)) spill_mappings().release(tensor.storage().data());
}

}  // namespace adrep
