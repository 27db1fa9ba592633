#include "benchmarks/run/disk_check.h"

#include <cmath>
#include <set>

#include "benchmarks/plan/cell_keys.h"
#include "benchmarks/plan/feature_keys.h"
#include "benchmarks/plan/job_share.h"
#include "benchmarks/plan/memory_shares.h"
#include "benchmarks/run/run_cache.h"
#include "core/features/cache/cache_inventory.h"
#include "core/io/spill_folder.h"
#include "detectors/least_memory.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;

constexpr double gibibyte = int64_t{1} << 30;

/// Bytes that this user can still write where a folder is or will be; as many as can be counted where nothing is known.
int64_t free_bytes(fs::path folder) {
  std::error_code failed;
  folder = fs::absolute(folder, failed);
  while (!fs::exists(folder, failed) && folder.has_relative_path()) folder = folder.parent_path();
  const fs::space_info space = fs::space(folder, failed);
  constexpr auto most = std::numeric_limits<int64_t>::max();
  return failed ? most : static_cast<int64_t>(std::min<uintmax_t>(space.available, most));
}

class DiskCheck {
 public:
  DiskCheck(const Plan& plan, const fs::path& output, ClassSizes& sizes, FitsLeft& left)
      : plan_(plan), settings_(plan.groups.front().config->settings), output_(output), sizes_(sizes), left_(left) {}

  DiskShortages run() {
    DiskShortages found;
    if (const std::string line = spill_line(); !line.empty()) found.spill.push_back(line);
    if (settings_.cache == "readwrite")
      if (const std::string line = cache_line(); !line.empty()) found.cache.push_back(line);
    return found;
  }

 private:
  /// Calls visit for every group of which something is known.
  template <class Visit>
  void for_groups(const Visit& visit) {
    for (const PlannedGroup& group : plan_.groups) {
      try {
        visit(group);
      } catch (const InputError&) {
        continue;  // fails the class when it is its turn; what is missing is said elsewhere
      }
    }
  }

  /// Bytes of a group's features in files: its own and, with a model of all classes, theirs.
  int64_t spilled_bytes(const PlannedGroup& group) {
    const auto if_spilled = [&](int64_t bytes) { return bytes > features_memory(settings_) ? bytes : 0; };
    int64_t joint = 0;
    for (const PlannedCell& cell : group.cells)
      if (cell.together) joint = std::max(joint, sizes_.train_images(*cell.together) * sizes_.image_bytes(group));
    return if_spilled(sizes_.held_bytes(group)) + if_spilled(joint);
  }

  /// Bytes of these that are mapped from the feature cache: of images whose rows are whole pages of it.
  int64_t mapped_bytes(const PlannedGroup& group) {
    for (const LevelShape& shape : sizes_.shapes(group))
      if (shape.channels * shape.positions() % static_cast<int64_t>(mapped_page / sizeof(float)) != 0) return 0;
    int64_t images = cached_images(group, group.dataset->load(group.class_name));
    for (const PlannedCell& cell : group.cells) {
      if (!cell.together || cell.features != "raw") continue;
      for (const ClassGeometry& part : cell.together->classes())
        images += cached_images({cell.config, cell.together->dataset(), part.class_name, part.geometry, {}},
                                cell.together->training_part(part.class_name));
      break;
    }
    return images * sizes_.image_bytes(group);
  }

  std::string spill_line() {
    const fs::path folder = spill_folder(settings_, output_);
    const int64_t there = free_bytes(folder);
    int64_t most = 0;
    std::string where;
    for_groups([&](const PlannedGroup& group) {
      int64_t bytes = spilled_bytes(group);
      if (bytes <= std::max(most, there) || !left_.any(group)) return;
      const bool blocked = group.dataset->is_absent() || group.cells.front().blocked;
      if (!blocked && settings_.cache != "off") bytes -= mapped_bytes(group);
      if (bytes <= std::max(most, there)) return;
      most = bytes;
      const bool joint = std::any_of(group.cells.begin(), group.cells.end(),
                                     [](const PlannedCell& cell) { return cell.together != nullptr; });
      where = fmt::format("{}{} with {}", group.dataset->root().filename().string(),
                          joint ? ", all classes," : "/" + group.class_name, group.config->settings.backbone);
    });
    if (where.empty()) return "";
    return fmt::format(
        "{}: features of {}, {}, do not fit and would lie in files, but {} has {} free: set {}, or {} on a larger disk",
        memory_setting(settings_, settings_.memory), where, memory_text(most), folder.string(), memory_text(there),
        memory_setting(settings_, std::ceil(static_cast<double>(most) * 4 / gibibyte) / 2),
        settings_.cache == "off" ? "output=" : "cache.folder=");
  }

  /// The features of every group once that are not in the cache.
  int64_t uncached_bytes(bool look) {
    int64_t bytes = 0;
    std::set<std::string> counted;
    for_groups([&](const PlannedGroup& group) {
      const std::string features = images_text(*group.config, *group.dataset, {group.class_name, group.geometry});
      if (!counted.insert(features).second || (look && !left_.any(group))) return;
      int64_t images = sizes_.images(group).all();
      const bool blocked = group.dataset->is_absent() || group.cells.front().blocked;
      if (look && !blocked) images -= cached_images(group, group.dataset->load(group.class_name));
      bytes += images * sizes_.image_bytes(group);
    });
    return bytes;
  }

  std::string cache_line() {
    const CacheOptions options = cache_options(settings_);
    const int64_t there = free_bytes(options.folder);
    const auto limit = static_cast<int64_t>(options.limit_bytes);
    if (std::min(limit, uncached_bytes(/*look=*/false)) <= there) return "";
    int64_t used = 0;
    for (const CacheEntry& entry : list_cache(options.folder)) used += static_cast<int64_t>(entry.bytes);
    const int64_t wanted = uncached_bytes(/*look=*/true);
    if (std::min(limit - used, wanted) <= there) return "";
    return fmt::format(
        "the feature cache {} has {} free, and features of this run take {}: what does not fit is computed again when "
        "it is needed again; with cache.limit={:.1f} what was used longest ago makes room",
        options.folder.string(), memory_text(there), memory_text(wanted),
        static_cast<double>(used + there) * 0.95 / gibibyte);
  }

  const Plan& plan_;
  const RunSettings& settings_;
  const fs::path& output_;
  ClassSizes& sizes_;
  FitsLeft& left_;
};

}  // namespace

DiskShortages disk_shortages(const Plan& plan, const fs::path& output, ClassSizes& sizes, FitsLeft& left) {
  return DiskCheck(plan, output, sizes, left).run();
}

}  // namespace adrep
