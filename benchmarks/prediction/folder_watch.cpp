#include "benchmarks/prediction/folder_watch.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <functional>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "core/base/descriptor.h"
#include "core/base/error.h"
#include "core/base/file_times.h"
#include "core/base/interrupt.h"
#include "core/base/log.h"
#include "core/image/decode.h"

namespace adrep {
// named, since FolderWatch::Files has them: files are compiled together
namespace watched {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr uint32_t watched_changes = IN_CREATE | IN_MODIFY | IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM;
constexpr Clock::duration longest_wait = std::chrono::milliseconds(50);  // until Ctrl-C is looked for
constexpr int scan_share = 10;  // a scan of a large network folder takes at most a tenth of the time

Clock::duration watch_seconds(double seconds) {
  // a century: more does not fit
  return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(std::min(seconds, 3e9)));
}

bool is_hidden(const std::string& name) {
  return name.starts_with('.');
}

std::string path_below(const std::string& folder, const std::string& name) {
  return folder.empty() ? name : folder + "/" + name;
}

bool lies_below(const std::string& path, const std::string& folder) {
  return path == folder || path.starts_with(folder + "/");
}

/// What tells one content of a name from another.
struct FileState {
  int64_t size = 0, mtime_ns = 0;
  uint64_t inode = 0;
  bool operator==(const FileState&) const = default;
};

std::optional<FileState> regular_state(const struct stat& info) {
  if (!S_ISREG(info.st_mode)) return std::nullopt;
  return FileState{info.st_size, int64_t{info.st_mtim.tv_sec} * second_ns + info.st_mtim.tv_nsec, info.st_ino};
}

/// Called with a folder's path, a name in it, and what happened to it.
using OnChange = std::function<void(const std::string& below, const std::string& name, uint32_t what)>;

/// What the kernel tells of a folder and its sub-folders; nothing where it cannot.
class FolderEvents {
 public:
  explicit FolderEvents(bool wanted) : queue_(wanted ? inotify_init1(IN_NONBLOCK | IN_CLOEXEC) : -1) {
    if (wanted && queue_.number() < 0)
      log_warning(fmt::format("new files are noticed by scans alone: inotify: {}", std::strerror(errno)));
  }

  int descriptor() const { return queue_.number(); }
  void begin_scan() { seen_.clear(); }
  /// Tells of this folder from now on; again is no harm.
  void add(const fs::path& folder, const std::string& below);
  /// The folders that were not added since begin_scan are gone.
  void end_scan();
  /// A folder was moved away with what is in it.
  void remove(const std::string& below);

  /// Calls `changed` for everything that happened, and then `lost` where that is not all.
  void read(const OnChange& changed, const std::function<void()>& lost);

 private:
  Descriptor queue_;
  std::map<int, std::string> folders_;  ///< path by the watch's number
  std::set<int> seen_;
  bool warned_ = false;
};

void FolderEvents::add(const fs::path& folder, const std::string& below) {
  if (descriptor() < 0) return;
  const uint32_t linked = below.empty() ? 0 : IN_DONT_FOLLOW;
  const int watch =
      inotify_add_watch(descriptor(), folder.c_str(), watched_changes | IN_ONLYDIR | IN_EXCL_UNLINK | linked);
  if (watch >= 0) {
    folders_[watch] = below;
    seen_.insert(watch);
  } else if (errno == ENOSPC && !std::exchange(warned_, true)) {
    log_warning(
        fmt::format("{}: the system's limit of watched folders is reached (fs.inotify.max_user_watches): new "
                    "files in further ones are noticed by scans alone",
                    folder.string()));
  }
}

void FolderEvents::end_scan() {
  std::erase_if(folders_, [&](const auto& entry) {
    if (seen_.contains(entry.first)) return false;
    inotify_rm_watch(descriptor(), entry.first);
    return true;
  });
}

void FolderEvents::remove(const std::string& below) {
  std::erase_if(folders_, [&](const auto& entry) {
    if (!lies_below(entry.second, below)) return false;
    inotify_rm_watch(descriptor(), entry.first);
    return true;
  });
}

void FolderEvents::read(const OnChange& changed, const std::function<void()>& lost) {
  if (descriptor() < 0) return;
  alignas(inotify_event) std::array<char, 16384> buffer;
  ssize_t length = 0;
  bool all_known = true;
  while ((length = ::read(descriptor(), buffer.data(), buffer.size())) > 0)
    for (const char* at = buffer.data(); at < buffer.data() + length;) {
      const auto* event = reinterpret_cast<const inotify_event*>(at);
      at += sizeof(inotify_event) + event->len;
      if (event->mask & IN_Q_OVERFLOW) all_known = false;
      const auto folder = folders_.find(event->wd);
      if (folder == folders_.end()) continue;  // of a folder that was moved away
      if (event->mask & IN_IGNORED) {
        folders_.erase(folder);
      } else if (event->len > 0) {
        const std::string below = folder->second;  // what is called may change the map
        changed(below, event->name, event->mask);
      }
    }
  if (!all_known) lost();
}

}  // namespace watched

using namespace watched;

/// The image files of the folder, and which of them is looked at when.
struct FolderWatch::Files {
  struct Known {
    FileState seen;                  ///< when it was last looked at
    std::optional<FileState> given;  ///< what was handed out
    bool waits = false;              ///< stands in `waiting`
    Clock::time_point complete;      ///< when it is complete unless it changes before
    int64_t scan = 0;                ///< the last one that saw it
  };

  fs::path root;
  Clock::duration still, scan_every;
  FolderEvents events;
  std::map<std::string, Known> known;
  std::set<std::pair<Clock::time_point, std::string>> waiting;
  std::set<fs::path> unlisted;  ///< folders of which it was said
  bool warned_of_link = false;
  int64_t scans = 0;
  Clock::time_point next_scan;

  Files(const fs::path& folder, const WatchSettings& settings)
      : root(fs::canonical(folder)),
        still(watch_seconds(settings.still)),
        scan_every(watch_seconds(settings.scan_every)),
        events(settings.events) {}

  std::optional<FileState> state_of(const std::string& path);
  std::optional<FileState> opened_state(const std::string& path, bool& busy) const;
  bool leaves_folder(const fs::path& link) const;
  void warn_of_link(const fs::path& link);

  void look_again(const std::string& path, bool renamed);
  void wait_until(const std::string& path, Known& file, Clock::time_point complete);
  void forget(const std::string& path);

  void scan();
  bool scan_folders(const std::string& first);
  bool scan_folder(const std::string& below, std::vector<std::string>& folders, std::vector<std::string>& changed);
  bool is_changed(const std::string& path);
  void read_events();
  void on_event(const std::string& below, const std::string& name, uint32_t what);
  std::optional<Arrival> take_complete(Clock::time_point now);
  void pause(Clock::time_point end) const;
};

void FolderWatch::Files::warn_of_link(const fs::path& link) {
  if (std::exchange(warned_of_link, true)) return;
  log_warning(
      fmt::format("{}: a link that leaves the folder: neither it nor others like it are followed", link.string()));
}

bool FolderWatch::Files::leaves_folder(const fs::path& link) const {
  std::error_code failed;
  const fs::path target = fs::canonical(link, failed);
  return failed || std::mismatch(root.begin(), root.end(), target.begin(), target.end()).first != root.end();
}

/// None of what is no regular file, or is gone.
std::optional<FileState> FolderWatch::Files::state_of(const std::string& path) {
  const fs::path file = root / path;
  struct stat info {};
  if (lstat(file.c_str(), &info) != 0) return std::nullopt;
  if (S_ISLNK(info.st_mode)) {
    if (stat(file.c_str(), &info) != 0) return std::nullopt;
    if (S_ISREG(info.st_mode) && leaves_folder(file)) {
      warn_of_link(file);
      return std::nullopt;
    }
  }
  return regular_state(info);
}

/// The state of a file that was opened: network file systems ask their server then, and answer from memory else. Their
/// writers may also keep a file to themselves: it is `busy`.
std::optional<FileState> FolderWatch::Files::opened_state(const std::string& path, bool& busy) const {
  const fs::path file = root / path;
  const Descriptor in(open(file.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  struct stat info {};
  busy = in.number() < 0 && (errno == EBUSY || errno == ETXTBSY);
  // whoever is handed a file that cannot be opened says so
  const int failed = in.number() < 0 ? stat(file.c_str(), &info) : fstat(in.number(), &info);
  return failed ? std::nullopt : regular_state(info);
}

void FolderWatch::Files::wait_until(const std::string& path, Known& file, Clock::time_point complete) {
  if (file.waits) waiting.erase({file.complete, path});
  file.waits = true;
  file.complete = complete;
  waiting.emplace(complete, path);
}

void FolderWatch::Files::forget(const std::string& path) {
  const auto file = known.find(path);
  if (file == known.end()) return;
  if (file->second.waits) waiting.erase({file->second.complete, path});
  known.erase(file);
}

/// Something happened to a file.
void FolderWatch::Files::look_again(const std::string& path, bool renamed) {
  const std::optional<FileState> state = state_of(path);
  if (!state) return forget(path);
  Known& file = known[path];
  file.seen = *state;
  file.scan = scans;
  // an empty one is being written to again: the kernel tells of that only once it is done
  const bool at_once = renamed && state->size > 0;
  wait_until(path, file, at_once ? Clock::now() : Clock::now() + still);
}

/// A scan comes by a file: whether it is another one than before.
bool FolderWatch::Files::is_changed(const std::string& path) {
  const std::optional<FileState> state = state_of(path);
  if (!state) return false;
  Known& file = known[path];
  file.scan = scans;
  if (state == (file.waits ? file.seen : file.given)) return false;
  file.seen = *state;
  return true;
}

/// Looks at one folder; adds its sub-folders to `folders` and its files to `changed`. False where it cannot be listed.
bool FolderWatch::Files::scan_folder(const std::string& below, std::vector<std::string>& folders,
                                     std::vector<std::string>& changed) {
  stop_if_interrupted();
  const fs::path folder = below.empty() ? root : root / below;
  events.add(folder, below);  // first: what comes while it is listed is told of
  std::error_code failed;
  fs::directory_iterator entry(folder, failed);
  for (const fs::directory_iterator end; !failed && entry != end; entry.increment(failed)) {
    const std::string name = entry->path().filename().string();
    if (is_hidden(name)) continue;
    std::error_code gone;
    if (entry->symlink_status(gone).type() == fs::file_type::directory) {
      folders.push_back(path_below(below, name));
    } else if (std::string path = path_below(below, name); is_image_name(name) && is_changed(path)) {
      changed.push_back(std::move(path));
    }
  }
  const bool is_gone = failed == std::errc::no_such_file_or_directory && !below.empty();
  if (!failed || is_gone)
    unlisted.erase(folder);
  else if (unlisted.insert(folder).second)
    log_warning(fmt::format("{}: cannot be listed: {}; it is tried again", folder.string(), failed.message()));
  return !failed;
}

/// Looks at a folder and all below it. False where the first one cannot be listed.
bool FolderWatch::Files::scan_folders(const std::string& first) {
  std::vector<std::string> folders, changed;
  const bool listed = scan_folder(first, folders, changed);
  while (!folders.empty()) {
    const std::string folder = std::move(folders.back());
    folders.pop_back();
    scan_folder(folder, folders, changed);
  }
  // one time for all, so that names order them: when the last one was looked at
  const Clock::time_point complete = Clock::now() + still;
  for (const std::string& path : changed) wait_until(path, known.at(path), complete);
  return listed;
}

/// Looks at everything, and forgets what is gone, but not while the folder itself cannot be listed.
void FolderWatch::Files::scan() {
  ++scans;
  events.begin_scan();
  const Clock::time_point begin = Clock::now();
  if (scan_folders("")) {
    events.end_scan();
    for (auto file = known.begin(); file != known.end();) {
      const auto gone = file++;
      if (gone->second.scan != scans) forget(std::string(gone->first));
    }
  }
  const Clock::time_point end = Clock::now();
  next_scan = end + std::max(scan_every, (end - begin) * scan_share);
}

void FolderWatch::Files::on_event(const std::string& below, const std::string& name, uint32_t what) {
  if (is_hidden(name)) return;
  const std::string path = path_below(below, name);
  if (what & IN_ISDIR) {
    if (what & IN_MOVED_FROM) events.remove(path);
    if (what & (IN_CREATE | IN_MOVED_TO)) scan_folders(path);  // files may have come before the watch
  } else if (is_image_name(name)) {
    look_again(path, what & IN_MOVED_TO);
  }
}

void FolderWatch::Files::read_events() {
  events.read([&](const std::string& below, const std::string& name, uint32_t what) { on_event(below, name, what); },
              [&] { scan(); });
}

/// The first file that is complete and not handed out.
std::optional<Arrival> FolderWatch::Files::take_complete(Clock::time_point now) {
  while (!waiting.empty() && waiting.begin()->first <= now) {
    const std::string path = waiting.begin()->second;
    bool busy = false;
    const std::optional<FileState> state = state_of(path) ? opened_state(path, busy) : std::nullopt;
    if (!state) {
      forget(path);
      continue;
    }
    if (Known& file = known.at(path); busy || *state != file.seen) {
      file.seen = *state;
      wait_until(path, file, Clock::now() + still);
      continue;
    }
    read_events();  // one that was renamed in may be written to since
    const auto file = known.find(path);
    if (file == known.end() || file->second.complete > now || file->second.seen != *state) continue;
    waiting.erase({file->second.complete, path});
    file->second.waits = false;
    if (std::exchange(file->second.given, *state) != *state)
      return Arrival{path, state->size, state->mtime_ns, state->inode};
  }
  return std::nullopt;
}

/// Waits until something happens or is due, not for long.
void FolderWatch::Files::pause(Clock::time_point end) const {
  const Clock::time_point now = Clock::now();
  Clock::time_point until = std::min({now + longest_wait, end, next_scan});
  if (!waiting.empty()) until = std::min(until, waiting.begin()->first);
  if (until <= now) return;
  pollfd queue{events.descriptor(), POLLIN, 0};
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - now);
  poll(&queue, 1, static_cast<int>(left.count()));  // one below 0 is passed over
}

FolderWatch::FolderWatch(const fs::path& folder, const WatchSettings& settings) {
  std::error_code failed;
  if (!fs::is_directory(folder, failed)) throw_input("{}: no such folder to watch", folder.string());
  static_cast<void>(fs::directory_iterator(folder, failed));
  if (failed) throw_input("{}: cannot be listed: {}", folder.string(), failed.message());
  files_ = std::make_unique<Files>(folder, settings);
  files_->scan();
}

FolderWatch::~FolderWatch() = default;
FolderWatch::FolderWatch(FolderWatch&&) noexcept = default;

std::optional<Arrival> FolderWatch::next(double seconds) {
  const Clock::time_point end = Clock::now() + watch_seconds(seconds);
  while (true) {
    stop_if_interrupted();
    files_->read_events();
    if (Clock::now() >= files_->next_scan) files_->scan();
    if (std::optional<Arrival> arrival = files_->take_complete(Clock::now())) return arrival;
    if (Clock::now() >= end) return std::nullopt;
    files_->pause(end);
  }
}

}  // namespace adrep
