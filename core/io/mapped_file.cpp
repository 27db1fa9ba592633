#include "core/io/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <map>
#include <mutex>

#include "core/base/error.h"

namespace adrep {
namespace {

/// The mappings that exist, by where they begin.
class LiveMappings {
 public:
  void add(uintptr_t begin, size_t bytes, const FilePlace& file) {
    const std::lock_guard lock(mutex_);
    mappings_[begin] = {begin + bytes, file};
  }
  void remove(uintptr_t begin) {
    const std::lock_guard lock(mutex_);
    mappings_.erase(begin);
  }
  /// Calls work with the place of these bytes, during which no mapping can go away.
  template <class Work>
  void if_within(uintptr_t begin, uintptr_t end, const Work& work) {
    const std::lock_guard lock(mutex_);
    auto found = mappings_.upper_bound(begin);
    if (found == mappings_.begin() || end > (--found)->second.end) return;
    FilePlace place = found->second.file;
    place.offset = begin - found->first;
    work(place);
  }

 private:
  struct Mapping {
    uintptr_t end = 0;
    FilePlace file;
  };
  std::mutex mutex_;
  std::map<uintptr_t, Mapping> mappings_;
};

LiveMappings& live_mappings() {
  static auto* mappings = new LiveMappings;  // outlives every static object that holds a file
  return *mappings;
}

}  // namespace

MappedFile::MappedFile(const std::filesystem::path& file) : path_(file) {
  // O_NONBLOCK: opening a named pipe would wait for its writer
  const int descriptor = open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) throw_input("{}: cannot be read: {}", file.string(), std::strerror(errno));
  struct stat info {};
  const bool regular = fstat(descriptor, &info) == 0 && S_ISREG(info.st_mode);
  if (regular && info.st_size > 0) {
    size_ = static_cast<size_t>(info.st_size);
    data_ = mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, descriptor, 0);
  }
  const int reason = errno;
  close(descriptor);
  if (!regular) throw_input("{}: cannot be read: it is not a regular file", file.string());
  if (data_ == MAP_FAILED) throw_failure("{}: cannot be mapped into memory: {}", file.string(), std::strerror(reason));
  if (data_) live_mappings().add(reinterpret_cast<uintptr_t>(data_), size_, {path_, info.st_dev, info.st_ino, 0});
}

MappedFile::~MappedFile() {
  if (!data_) return;
  live_mappings().remove(reinterpret_cast<uintptr_t>(data_));
  munmap(data_, size_);
}

void release_pages(std::string_view bytes) {
  const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  const auto begin = reinterpret_cast<uintptr_t>(bytes.data()), end = begin + bytes.size();
  // only whole pages: the rest is shared with neighbours
  const uintptr_t first = (begin + page - 1) / page * page, last = end / page * page;
  if (first >= last) return;
  live_mappings().if_within(
      begin, end, [&](const FilePlace&) { madvise(reinterpret_cast<void*>(first), last - first, MADV_DONTNEED); });
}

std::optional<FilePlace> place_in_file(std::string_view bytes) {
  std::optional<FilePlace> found;
  const auto begin = reinterpret_cast<uintptr_t>(bytes.data());
  live_mappings().if_within(begin, begin + bytes.size(), [&](const FilePlace& place) { found = place; });
  return found;
}

}  // namespace adrep
