#include "core/metrics/spill_file.h"

#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "core/base/error.h"

namespace adrep {

SpillFile::SpillFile(const std::filesystem::path& folder) : folder_(folder) {
  std::string name = (folder / "adrep-spill-XXXXXX").string();
  descriptor_ = mkstemp(name.data());
  if (descriptor_ < 0) throw_input("{}: cannot create a temporary file: {}", folder.string(), std::strerror(errno));
  unlink(name.c_str());
}

SpillFile::~SpillFile() {
  if (descriptor_ >= 0) close(descriptor_);
}

SpillFile::SpillFile(SpillFile&& other) noexcept
    : folder_(std::move(other.folder_)), descriptor_(std::exchange(other.descriptor_, -1)), size_(other.size_) {}

void SpillFile::append(const void* data, int64_t bytes) {
  for (int64_t done = 0; done < bytes;) {
    const ssize_t written =
        pwrite(descriptor_, static_cast<const char*>(data) + done, static_cast<size_t>(bytes - done), size_);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) throw_failure("{}: cannot write temporary scores: {}", folder_.string(), std::strerror(errno));
    done += written;
    size_ += written;
  }
}

void SpillFile::read(void* data, int64_t bytes, int64_t offset) const {
  for (int64_t done = 0; done < bytes;) {
    const ssize_t got =
        pread(descriptor_, static_cast<char*>(data) + done, static_cast<size_t>(bytes - done), offset + done);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) throw_failure("{}: cannot read temporary scores back: {}", folder_.string(), std::strerror(errno));
    done += got;
  }
}

}  // namespace adrep
