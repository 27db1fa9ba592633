#include "core/io/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/base/error.h"

namespace adrep {

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
}

MappedFile::~MappedFile() {
  if (data_) munmap(data_, size_);
}

void forget_pages(std::string_view mapped) {
  const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  const uintptr_t first = reinterpret_cast<uintptr_t>(mapped.data()) / page * page;
  const uintptr_t end = reinterpret_cast<uintptr_t>(mapped.data()) + mapped.size();
  madvise(reinterpret_cast<void*>(first), end - first, MADV_DONTNEED);  // a hint: nothing depends on its success
}

}  // namespace adrep
