#pragma once
#include <filesystem>
#include <string>

namespace adrep {

/// A folder in which one process at a time works, on this machine or on another one that sees it. The lock is the
/// system's, on FOLDER/lock: it ends with its process, however that ends, so none is left behind. The file stays.
class FolderLock {
 public:
  /// Makes the folder and takes the lock. While another process has it this waits, and says once who that is and that
  /// `what` is waited for. Throws Interrupted on Ctrl-C, WriteError when the folder cannot be written, and Error where
  /// its file system has no locks.
  FolderLock(const std::filesystem::path& folder, const std::string& what);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int descriptor_ = -1;
};

}  // namespace adrep
