#pragma once
#include <filesystem>

namespace adrep {

/// A folder among the system's temporary ones that only this user can read and that goes with everything in it. What
/// killed processes left of theirs goes when the next one is made.
class ScratchFolder {
 public:
  /// Throws WriteError when it cannot be made.
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

}  // namespace adrep
