#pragma once
#include <cstdint>
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
  bool fitted = false;  ///< a detector was fitted for it, and maybe for others that were told of later
};

/// The log of a results folder: FOLDER/log/TIME-HOST-PROCESS.jsonl, one file a run, to which each result that finishes
/// or fails adds a line with a seal of its own. Nobody else writes to a run's file, so that folders of several machines
/// can be joined by copying.
class ResultLog {
 public:
  /// What earlier runs logged is read; nothing is written until something happens.
  explicit ResultLog(const std::filesystem::path& folder);

  /// Appends a line and waits until it is on disk, unless the last one of this result says the same, also of another
  /// process. `at` is filled in. Throws WriteError.
  void add(ResultEvent event);

  /// Whether the last event of a result, of whichever process, says this.
  bool says(const ResultEvent& event);

  /// Why a result failed in another process since this object was made; "" where it did not.
  std::string failed_elsewhere(const std::string& planned);

 private:
  std::vector<std::string> read_news();

  std::filesystem::path file_;
  std::map<std::filesystem::path, uintmax_t> read_;  ///< the logs, as far as they were read
  std::map<std::string, ResultEvent> last_;
  std::map<std::string, std::string> failed_before_;  ///< when each result that had failed at the beginning did
};

/// The last event of each planned result by its id, over all logs of the folder. Damaged lines are left out with a line
/// in `notes`.
std::map<std::string, ResultEvent> last_events(const std::filesystem::path& folder, std::vector<std::string>& notes);

}  // namespace adrep
