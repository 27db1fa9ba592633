#include "core/features/cache/feature_space.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/log.h"
#include "core/features/cache/cache_inventory.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;

constexpr size_t folder_digits = 32;
constexpr uint64_t largest_note = 1 << 12;

uint64_t bytes_of(const Levels& levels) {
  uint64_t bytes = 0;
  for (const at::Tensor& map : levels.maps) bytes += map.nbytes();
  return bytes;
}

/// True also for a link that leads nowhere.
bool is_there(const fs::path& path) {
  std::error_code unknown;
  return fs::exists(fs::symlink_status(path, unknown));
}

}  // namespace

FeatureSpace::FeatureSpace(const FeatureKey& key, const CacheOptions& options, std::atomic<bool>& writable)
    : hash_(key.hash()),
      text_(key.text()),
      options_(options),
      folder_(options.folder / hash_.substr(0, folder_digits)),
      writable_(writable) {}

/// False when there is no such folder yet, or one that must not be used, which is said once.
bool FeatureSpace::usable() {
  if (!is_there(folder_)) return false;
  const std::string why = refusal_of(folder_, true);
  if (!why.empty() && !complained_) {
    complained_ = true;
    log_warning(fmt::format("feature cache: {}: {}; features are computed", folder_.string(), why));
  }
  return why.empty();
}

/// Indexes the shards that were added since the last time.
void FeatureSpace::refresh() {
  try {
    if (!usable()) return;
    const fs::file_time_type changed = fs::last_write_time(folder_);
    if (listed_ == changed) return;
    listed_ = changed;
    for (const auto& entry : fs::directory_iterator(folder_)) {
      const std::string name = entry.path().filename().string();
      if (!is_shard_name(name) || known_.contains(name)) continue;
      if (const std::string why = refusal_of(entry.path(), false); !why.empty()) {
        known_.insert(name);
        log_detail(fmt::format("feature cache: {}: ignored: {}", entry.path().string(), why));
      } else if (const auto shard = open(name)) {
        index(*shard);
      }
    }
  } catch (const fs::filesystem_error& failed) {
    if (failed.code() == std::errc::no_such_file_or_directory || complained_) return;
    complained_ = true;
    log_warning(fmt::format("feature cache: {}: cannot be read: {}; features are computed", folder_.string(),
                            failed.code().message()));
  }
}

void FeatureSpace::index(const FeatureShard& shard) {
  const std::string name = shard.file().filename().string();
  known_.insert(name);
  for (size_t row = 0; row < shard.images().size(); ++row)
    places_.insert_or_assign(shard.images()[row], Place{name, row});
}

/// The shard, or nothing when it was evicted meanwhile or is damaged; it is forgotten then.
std::shared_ptr<const FeatureShard> FeatureSpace::open(const std::string& name) {
  const fs::path file = folder_ / name;
  if (last_ && last_->file() == file) return last_;
  try {
    auto shard = std::make_shared<const FeatureShard>(file);
    if (shard->space() != hash_) throw_input("{}: damaged: it belongs to other features", file.string());
    return last_ = shard;
  } catch (const Error& damaged) {
    if (is_there(file)) {
      drop(name, damaged.what());
    } else {
      forget(name);
    }
    return nullptr;
  }
}

void FeatureSpace::forget(const std::string& name) {
  std::erase_if(places_, [&](const auto& place) { return place.second.shard == name; });
  known_.erase(name);
  if (last_ && last_->file().filename() == name) last_ = nullptr;
}

void FeatureSpace::drop(const std::string& name, const std::string& why) {
  forget(name);
  known_.insert(name);
  std::error_code ignored;
  if (options_.mode == CacheMode::readwrite) fs::remove(folder_ / name, ignored);
  log_warning(fmt::format("feature cache: {}; its features are computed again", why));
}

int64_t FeatureSpace::count(const std::vector<std::string>& images) {
  const std::lock_guard lock(mutex_);
  refresh();
  return std::count_if(images.begin(), images.end(), [&](const std::string& image) { return places_.contains(image); });
}

std::optional<std::vector<at::Tensor>> FeatureSpace::find(const std::string& image) {
  const std::lock_guard lock(mutex_);
  refresh();
  const auto place = places_.find(image);
  if (place == places_.end()) return std::nullopt;
  const auto [name, row] = place->second;
  const std::shared_ptr<const FeatureShard> shard = open(name);
  if (!shard) return std::nullopt;
  if (marked_ != name && options_.mode == CacheMode::readwrite) mark_used(folder_ / name);
  marked_ = name;
  try {
    return shard->read(row);
  } catch (const InputError& damaged) {
    drop(name, damaged.what());
    return std::nullopt;
  }
}

void FeatureSpace::append(const std::vector<std::string>& images, const Levels& levels) {
  if (options_.mode != CacheMode::readwrite) return;
  const std::lock_guard lock(mutex_);
  if (!writable_ || images.empty()) return;
  refresh();
  if (complained_) return;
  std::vector<std::string> added;
  std::vector<int64_t> rows;
  std::set<std::string> unique;
  for (size_t i = 0; i < images.size(); ++i) {
    if (places_.contains(images[i]) || !unique.insert(images[i]).second) continue;
    added.push_back(images[i]);
    rows.push_back(static_cast<int64_t>(i));
  }
  if (added.empty()) return;
  try {
    if (added.size() == images.size()) {
      write(images, levels);
    } else {
      write(added, levels.select(rows));
    }
  } catch (const Error& failed) {
    writable_ = false;
    log_warning(fmt::format("feature cache: {}; the run goes on and adds nothing to it", failed.what()));
  }
}

std::optional<int64_t> FeatureSpace::parameters() {
  const std::lock_guard lock(mutex_);
  const fs::path file = folder_ / backbone_note;
  if (!usable() || !refusal_of(file, false).empty()) return std::nullopt;
  try {
    const auto note = nlohmann::json::parse(read_file(file, largest_note));
    const auto count = note.at("parameters").get<int64_t>();
    return count >= 0 ? std::optional(count) : std::nullopt;
  } catch (const std::exception&) {
    return std::nullopt;  // it is noted again
  }
}

void FeatureSpace::note_parameters(int64_t count) {
  if (options_.mode != CacheMode::readwrite || parameters() == count) return;
  const std::lock_guard lock(mutex_);
  if (!writable_ || !usable()) return;
  try {
    write_file_atomically(folder_ / backbone_note, nlohmann::json{{"parameters", count}}.dump() + "\n");
  } catch (const Error& failed) {
    log_detail(fmt::format("feature cache: {}", failed.what()));
  }
}

void FeatureSpace::write(const std::vector<std::string>& images, const Levels& levels) {
  if (bytes_of(levels) > options_.limit_bytes)
    throw WriteError(fmt::format("cache.limit: the features of {} images, {:.2f} GiB, are more than it allows",
                                 images.size(), static_cast<double>(bytes_of(levels)) / (1 << 30)));
  const fs::path description = folder_ / "space.json";
  if (!is_there(description)) write_file_atomically(description, text_);
  const std::string name = write_shard(folder_, hash_, images, levels);
  known_.erase(name);
  if (const auto shard = open(name)) index(*shard);
  if (const int64_t evicted = evict(options_.folder, options_.limit_bytes); evicted > 0)
    log_detail(fmt::format("feature cache: {} shards that were used longest ago are removed (cache.limit)", evicted));
}

}  // namespace adrep
