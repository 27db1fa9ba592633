#include "core/base/folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include "core/base/error.h"
#include "core/base/interrupt.h"
#include "core/base/log.h"
#include "core/base/temporary_name.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;

/// What the process that has the lock wrote of itself, or "another process".
std::string owner_in(int descriptor) {
  std::array<char, 128> text{};
  const ssize_t length = pread(descriptor, text.data(), text.size(), 0);
  std::string owner(text.data(), length > 0 ? static_cast<size_t>(length) : 0);
  for (char& c : owner)
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  while (!owner.empty() && owner.back() == ' ') owner.pop_back();
  return owner.empty() ? "another process" : owner;
}

/// For whoever waits; that it is not there harms nobody.
void note_owner(int descriptor) {
  const std::string text = fmt::format("process {} on {}\n", getpid(), machine_name());
  if (ftruncate(descriptor, 0) != 0 || pwrite(descriptor, text.data(), text.size(), 0) < 0) return;
}

/// Whether the lock was free.
bool try_lock(int descriptor, const fs::path& file) {
  int taken = 0;
  do taken = flock(descriptor, LOCK_EX | LOCK_NB);
  while (taken != 0 && errno == EINTR);
  if (taken == 0) return true;
  if (errno != EWOULDBLOCK)
    throw_failure("{}: cannot be locked: {}: this needs a folder on a file system that has locks", file.string(),
                  std::strerror(errno));
  return false;
}

}  // namespace

FolderLock::FolderLock(const fs::path& folder, const std::string& what) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  const fs::path file = folder / "lock";
  descriptor_ = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor_ < 0) throw WriteError(fmt::format("{}: cannot be written: {}", file.string(), std::strerror(errno)));
  try {
    for (bool said = false; !try_lock(descriptor_, file); said = true) {
      if (!said) log_info(fmt::format("{}: {} does it: waiting", what, owner_in(descriptor_)));
      stop_if_interrupted();
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
    }
  } catch (...) {
    close(descriptor_);
    throw;
  }
  note_owner(descriptor_);
}

FolderLock::~FolderLock() {
  close(descriptor_);
}

}  // namespace adrep
