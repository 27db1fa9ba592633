#include "core/base/lease.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "core/base/descriptor.h"
#include "core/base/error.h"
#include "core/base/interrupt.h"
#include "core/base/log.h"
#include "core/base/progress.h"

namespace adrep {

struct HeldLease {
  std::filesystem::path place;
  int number = 0;
  LeaseOwner owner;
  bool lost = false;  ///< guarded by the mutex of Heartbeats, as the heartbeat is

  std::filesystem::path file() const { return lease_file(place, number); }
};

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

/// What a file holds; "" where it is gone, empty or no file: a pipe of that name keeps nobody waiting.
std::string content_of(const fs::path& file) {
  const Descriptor in(open(file.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  std::array<char, lease_bytes> text{};
  const ssize_t length = in.number() < 0 ? -1 : pread(in.number(), text.data(), text.size(), 0);
  return length > 0 ? std::string(text.data(), static_cast<size_t>(length)) : "";
}

/// Overwrites a lease that is there. False where it is not, or cannot be written: errno says why.
bool overwrite(const fs::path& file, const std::string& text) {
  const Descriptor out(open(file.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC));
  return out.number() >= 0 && pwrite(out.number(), text.data(), text.size(), 0) == std::ssize(text);
}

/// What the leases of a folder are of.
std::set<fs::path> places_in(const fs::path& folder) {
  std::set<fs::path> places;
  std::error_code failed;
  for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end; entry.increment(failed))
    if (fs::path place = entry->path(); place.has_extension()) places.insert(place.replace_extension());
  return places;
}

/// Whether the file is still the one that was made for this lease.
bool is_ours(const HeldLease& held) {
  const auto owner = lease_owner_from(content_of(held.file()));
  return owner && owner->machine == held.owner.machine && owner->process == held.owner.process &&
         owner->started == held.owner.started;
}

/// Renews the heartbeats of all leases that this process has, in a thread of its own.
class Heartbeats {
 public:
  static Heartbeats& instance() {
    static Heartbeats heartbeats;
    return heartbeats;
  }
  ~Heartbeats() {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
  }

  void add(const std::shared_ptr<HeldLease>& held) {
    const std::lock_guard lock(mutex_);
    held_.insert(held);
    patience_ = std::min(patience_, held->owner.patience);
    if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
    changed_.notify_all();
  }
  void remove(const std::shared_ptr<HeldLease>& held) {
    const std::lock_guard lock(mutex_);
    held_.erase(held);
  }
  bool is_lost(const HeldLease& held) {
    const std::lock_guard lock(mutex_);
    return held.lost;
  }

 private:
  /// Several beats within anyone's patience, at least one in 15 seconds.
  Clock::duration pause() const {
    return std::chrono::duration_cast<Clock::duration>(
        std::chrono::duration<double>(std::clamp(patience_ / 5, 0.05, 15.0)));
  }

  void run() {
    std::unique_lock lock(mutex_);
    Clock::time_point last = Clock::now();
    while (!ending_) {
      // woken by a lease that asks for shorter pauses, too
      if (changed_.wait_until(lock, last + pause()) != std::cv_status::timeout) continue;
      for (const std::shared_ptr<HeldLease>& held : held_) beat(*held);
      last = Clock::now();
    }
  }

  void beat(HeldLease& held) {
    if (held.lost) return;
    std::error_code failed;
    const fs::path next = lease_file(held.place, held.number + 1);
    if (fs::exists(next, failed) || !is_ours(held)) {
      held.lost = true;
      const auto owner = lease_owner_from(content_of(next));
      log_warning(fmt::format("{}: {} has taken it over, not having seen this process live for {} s: both compute it",
                              held.owner.title, owner ? owner->name() : "another process", held.owner.patience));
      return;
    }
    ++held.owner.beat;
    held.owner.activity = Progress::latest();
    if (overwrite(held.file(), lease_text(held.owner)) || warned_) return;
    warned_ = true;
    log_warning(fmt::format("{}: its heartbeat cannot be written: {}: other processes may take over what this one does",
                            held.file().string(), std::strerror(errno)));
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::set<std::shared_ptr<HeldLease>> held_;
  double patience_ = 60;
  bool ending_ = false, warned_ = false;
  std::thread thread_;
};

}  // namespace

/// What this process saw of others' leases, and when by its own clock.
struct Leases::Seen {
  struct Observed {
    std::string content;
    Clock::time_point since;
  };
  std::map<fs::path, Observed> files;
  std::set<std::string> other_programs;  ///< that were told of

  /// The number of the last lease where nobody has it any more, -1 where there is none; nothing while somebody has it.
  std::optional<int> last_if_free(const fs::path& place, double patience);
};

std::optional<int> Leases::Seen::last_if_free(const fs::path& place, double patience) {
  const int last = last_lease(place);
  if (last < 0) return last;
  const fs::path file = lease_file(place, last);
  const std::string content = content_of(file);
  const auto owner = lease_owner_from(content);
  if (owner && is_gone(*owner)) return last;
  const Clock::time_point now = Clock::now();
  const auto [known, added] = files.try_emplace(file, Observed{content, now});
  if (known->second.content != content) known->second = {content, now};
  if (owner && is_other_program(*owner) && other_programs.insert(owner->program).second)
    log_warning(
        fmt::format("{} works on this folder too and is {}: where its arithmetic is another one, its results "
                    "have other keys and both are kept",
                    owner->name(), owner->program));
  // the owner's patience counts where it is known: its heart beats accordingly
  const double quiet = std::chrono::duration<double>(now - known->second.since).count();
  return quiet > (owner ? owner->patience : patience) ? std::optional(last) : std::nullopt;
}

Leases::Leases(double patience) : seen_(std::make_unique<Seen>()), patience_(patience) {}
Leases::~Leases() = default;
Leases::Leases(Leases&&) noexcept = default;

bool Leases::is_free(const fs::path& place) {
  return seen_->last_if_free(place, patience_).has_value();
}

std::optional<Lease> Leases::try_take(const fs::path& place, const std::string& title,
                                      const std::vector<std::string>& ids) {
  // whoever judged the same lease to be free makes the same file, and one of them alone succeeds
  const std::optional<int> last = seen_->last_if_free(place, patience_);
  if (!last) return std::nullopt;
  const auto held = std::make_shared<HeldLease>();
  held->place = place;
  held->number = *last + 1;
  held->owner = this_process(title, patience_, ids);
  const fs::path file = lease_file(place, held->number);
  std::error_code failed;
  if (file.has_parent_path()) fs::create_directories(file.parent_path(), failed);
  const Descriptor out(failed ? -1 : open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (failed) errno = failed.value();
  if (out.number() < 0 && errno == EEXIST) return std::nullopt;  // somebody was faster
  const std::string text = lease_text(held->owner);
  if (out.number() < 0 || pwrite(out.number(), text.data(), text.size(), 0) != std::ssize(text)) {
    const std::string reason = std::strerror(errno);
    if (out.number() >= 0) fs::remove(file, failed);
    throw WriteError(fmt::format("{}: cannot be written: {}: processes that share a folder divide the work there",
                                 file.string(), reason));
  }
  if (*last >= 0) {
    if (!fs::exists(lease_file(place, *last),
                    failed)) {  // taken over and given back meanwhile: there is nothing before
      fs::remove(file, failed);
      return std::nullopt;
    }
    const auto before = lease_owner_from(content_of(lease_file(place, *last)));
    log_detail(fmt::format("{}: taken over from {}", title, before ? before->name() : "a process that is gone"));
  }
  Heartbeats::instance().add(held);
  return Lease(held);
}

Lease Leases::take(const fs::path& place, const std::string& title) {
  for (bool said = false;; said = true) {
    if (std::optional<Lease> taken = try_take(place, title)) return std::move(*taken);
    if (!said) {
      const auto owner = lease_owner_from(content_of(lease_file(place, std::max(0, last_lease(place)))));
      log_info(fmt::format("{}: {} does it: waiting", title, owner ? owner->name() : "another process"));
    }
    wait_or_interrupted(0.2);
  }
}

std::vector<Leases::Found> Leases::list(const fs::path& folder) {
  std::vector<Found> found;
  for (const fs::path& place : places_in(folder)) {
    const int last = last_lease(place);
    if (last < 0) continue;
    const fs::path file = lease_file(place, last);
    Found one{place.filename().string(), lease_owner_from(content_of(file)), !is_free(place), 0, 0};
    if (const auto seen = seen_->files.find(file); seen != seen_->files.end())
      one.quiet = std::chrono::duration<double>(Clock::now() - seen->second.since).count();
    std::error_code failed;
    const auto changed = fs::last_write_time(file, failed);
    if (!failed) one.age = std::chrono::duration<double>(fs::file_time_type::clock::now() - changed).count();
    found.push_back(std::move(one));
  }
  return found;
}

void Leases::clear(const fs::path& folder, const std::string& but_for) {
  // whoever takes one gives it back, with those before it
  for (const fs::path& place : places_in(folder))
    if (last_lease(place) >= 0 && (but_for.empty() || !place.filename().string().starts_with(but_for)))
      static_cast<void>(try_take(place, "clearing up"));
}

Lease::~Lease() {
  give_back();
}

Lease& Lease::operator=(Lease&& other) noexcept {
  if (this == &other) return *this;
  give_back();
  held_ = std::move(other.held_);
  return *this;
}

bool Lease::lost() const {
  return held_ && Heartbeats::instance().is_lost(*held_);
}

/// The last one goes first, so that those that are left always follow each other. What another process took over is
/// its to clear.
void Lease::give_back() {
  if (!held_) return;
  Heartbeats::instance().remove(held_);
  std::error_code ignored;
  if (!fs::exists(lease_file(held_->place, held_->number + 1), ignored) && is_ours(*held_))
    for (int number = held_->number; number >= 0; --number) fs::remove(lease_file(held_->place, number), ignored);
  held_.reset();
}

}  // namespace adrep
