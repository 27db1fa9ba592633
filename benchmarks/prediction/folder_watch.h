#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace adrep {

/// An image file of a watched folder that is complete.
struct Arrival {
  std::string path;      ///< below the folder, with "/"
  int64_t size = 0;      ///< bytes
  int64_t mtime_ns = 0;  ///< nanoseconds since 1970
  uint64_t inode = 0;
  bool operator==(const Arrival&) const = default;
};

/// When a file is complete, and how it is noticed.
struct WatchSettings {
  double still = 1;       ///< seconds, above 0, during which size and time of change must stay the same
  double scan_every = 2;  ///< seconds, above 0, between two looks at everything; more where a look takes over a tenth
  bool events = true;     ///< whether the kernel tells of changes, too (inotify); scans alone notice later
};

/// Hands out each image file (is_image_name) of a folder and of its sub-folders once it is complete: at once when it
/// was renamed to its name, else when size and time of change have stayed the same for `still` seconds, by this
/// machine's steady clock. That a writer closed it is not enough: many programs open a file more than once. Files that
/// were there before are handed out, too; one that is changed or replaced later comes again, and one that vanishes
/// before is forgotten.
///
/// The kernel tells of no change that another machine makes in a network folder, nor of those beyond its limits: a
/// scan every so many seconds finds these. Hidden names are left out, and so are links to folders and links that leave
/// the folder. A folder that cannot be listed costs a warning and is tried again. Memory is that of the names in it.
class FolderWatch {
 public:
  /// Throws InputError where it is no folder or cannot be listed.
  explicit FolderWatch(const std::filesystem::path& folder, const WatchSettings& settings = {});
  ~FolderWatch();
  FolderWatch(FolderWatch&&) noexcept;

  /// The next one by the time at which it became complete, then by name; waits for it at most so many seconds. Throws
  /// Interrupted on Ctrl-C, too.
  std::optional<Arrival> next(double seconds);

 private:
  struct Files;
  std::unique_ptr<Files> files_;
};

}  // namespace adrep
