#pragma once
#include <filesystem>
#include <string_view>

namespace adrep {

/// A folder under a temporary name that vanishes with everything in it unless it is moved to its place.
class NewFolder {
 public:
  /// `place`: where it goes. Throws Error when the temporary folder cannot be made beside it.
  explicit NewFolder(const std::filesystem::path& place);
  ~NewFolder();
  NewFolder(const NewFolder&) = delete;
  NewFolder& operator=(const NewFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  /// An empty folder may be in its place already. Throws Error when it cannot be moved there.
  void move_to_place();

 private:
  std::filesystem::path place_, path_;
  bool moved_ = false;
};

/// Writes a file of a folder that is not in its place yet, and the folders above it. Throws Error when it cannot be
/// written.
void write_new_file(const std::filesystem::path& file, std::string_view content);

}  // namespace adrep
