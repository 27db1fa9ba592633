#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace adrep {

/// What became of a planned result.
struct ResultEvent {
  std::string planned;  ///< PlannedResult::id
  std::string state;    ///< "finished" or "failed"
  std::string cell;     ///< the hash of its cell, "" where there is none; a failed one has it where only its maps or
                        ///< model could not be made
  std::string why;      ///< of a failed one, one line
  double seconds = 0;   ///< that fitting and scoring took
  std::string at;       ///< UTC, "2026-11-29T12:00:00.123456Z"
};

/// The log of a results folder: FOLDER/log/TIME-HOST-PROCESS.jsonl, one file a run, to which each result that finishes
/// or fails adds a line with a seal of its own. Nobody else writes to a run's file, so that folders of several machines
/// can be joined by copying.
class ResultLog {
 public:
  /// What earlier runs logged is read; nothing is written until something happens.
  explicit ResultLog(const std::filesystem::path& folder);

  /// Appends a line and waits until it is on disk, unless the last one of this result says the same. `at` is filled in.
  /// Throws WriteError.
  void add(ResultEvent event);

 private:
  std::filesystem::path file_;
  std::map<std::string, ResultEvent> last_;
};

/// The last event of each planned result by its id, over all logs of the folder. Damaged lines are left out with a line
/// in `notes`.
std::map<std::string, ResultEvent> last_events(const std::filesystem::path& folder, std::vector<std::string>& notes);

}  // namespace adrep
