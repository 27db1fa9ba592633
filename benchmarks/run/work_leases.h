#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "benchmarks/plan/plan.h"
#include "core/base/lease.h"

namespace adrep {

/// How the processes that work on one results folder or one feature cache divide what is to be computed: whoever takes
/// it first. Leases of fits and models lie in OUTPUT/leases, those of features in CACHE/leases.
class WorkLeases {
 public:
  WorkLeases(const RunSettings& settings, std::filesystem::path output);

  /// What one fit is for: the cells of a group with this fit key. `class_name`: where one model serves all classes the
  /// cells of each are taken by themselves.
  std::filesystem::path fit(const std::string& fit_hash, const std::string& class_name = "") const;
  /// A model of all classes, as long as a process has it in memory.
  std::filesystem::path model(const std::string& fit_hash) const;

  std::optional<Lease> try_take(const std::filesystem::path& place, const std::string& title,
                                const std::vector<std::string>& results) {
    return leases_.try_take(place, title, results);
  }
  bool is_free(const std::filesystem::path& place) { return leases_.is_free(place); }

  /// Features of a group's images, while they are computed; none is needed where processes do not share a cache.
  std::filesystem::path features(const PlannedGroup& group, const ImageReading& reading) const;
  bool shares_features() const { return !cache_.empty(); }
  /// None while another process computes them, and where they are not shared.
  std::optional<Lease> try_take_features(const PlannedGroup& group, const ImageReading& reading);
  /// Waits for them.
  std::optional<Lease> take_features(const PlannedGroup& group, const ImageReading& reading);

  /// Whether classes on which another process works are worked on, too.
  bool joins_others = true;

  /// Removes what processes that are gone left. `tasks`: also what says that tasks of submissions are gone
  /// (benchmarks/cluster/submission.h), which only a finished plan needs no more.
  void clear(bool tasks);

 private:
  Leases leases_;
  std::filesystem::path output_, cache_;
};

/// What the leases of tasks begin with.
inline constexpr const char* task_leases = "task-";

/// What a group's features are called: "mvtec/bottle · clip_base: features".
std::string features_title(const PlannedGroup& group);

}  // namespace adrep
