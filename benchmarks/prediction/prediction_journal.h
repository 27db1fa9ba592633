#pragma once
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <unordered_map>

#include "benchmarks/prediction/folder_watch.h"
#include "core/base/descriptor.h"
#include "core/base/lease.h"

namespace adrep {

struct JournalSettings {
  int64_t sync_every = 1;  ///< lines, from 1: what a power cut may cost is scored again
  double patience = 60;    ///< seconds without a heartbeat after which a process of another machine is taken for gone
};

/// Which files of a watched folder were scored, in JSON lines that are only ever added to:
///
///     {"file":"sub/a.png","inode":77,"model":HASH,"mtime_ns":1796000000000000000,"result":{…},"size":1204}
///
/// A file is known by its path, size and time of change, so that copies of a folder with its journal go on where it
/// stopped; the inode is there for people. Lines of another model do not count: a new model scores everything again.
///
/// The journal is the record: a file's line is in it once, whatever was killed when. Add a result before it is put out
/// elsewhere: what was killed between both is missing there, and in the journal alone.
class PredictionJournal {
 public:
  /// Opens a journal, which is made with its folder where there is none, and keeps other processes from it (FILE.0
  /// beside it, core/base/lease.h). Where another process may have it, waits at most its patience to see whether it
  /// lives. A last line that a crash cut off is removed. model: its hash. Throws InputError where another process has
  /// it and naming the line where one is damaged, WriteError where it cannot be written, Interrupted on Ctrl-C.
  PredictionJournal(const std::filesystem::path& file, std::string model, const JournalSettings& settings = {});
  /// What is not on disk yet is written there.
  ~PredictionJournal();
  PredictionJournal(const PredictionJournal&) = delete;
  PredictionJournal& operator=(const PredictionJournal&) = delete;

  /// Whether this model scored the file as it is.
  bool done(const Arrival& arrival) const;
  /// Adds the result of a file that is not done, in one write; every so many lines waits until they are on disk. Throws
  /// WriteError where that fails or somebody else changed the journal: then the line is not in it.
  void add(const Arrival& arrival, const nlohmann::json& result);

  /// How many paths this model scored.
  size_t size() const { return scored_.size(); }
  /// What is to be said of a line that was cut off, "" where none was.
  const std::string& note() const { return note_; }

 private:
  struct Scored {
    int64_t size = 0, mtime_ns = 0;
  };
  void read_lines();
  bool read_line(const nlohmann::json& line);
  void cut(int64_t bytes) const;
  [[noreturn]] void fail(const std::string& why) const;
  void require_ours() const;

  std::filesystem::path file_;
  std::string model_, note_;
  int64_t sync_every_ = 1, unsynced_ = 0;
  int64_t bytes_ = 0;  ///< of whole lines
  Leases leases_;
  std::optional<Lease> lease_;
  Descriptor out_;
  std::unordered_map<std::string, Scored> scored_;  ///< the last line of each path
};

}  // namespace adrep
